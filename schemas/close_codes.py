"""The codes with which a socket is closed. PROTOCOL, section 2."""

from collections.abc import Mapping

RECONNECT_CODES = range(4000, 4500)  # with such a code a client comes back by itself, with jitter

CLOSE_CODES: Mapping[int, str] = {
    1009: "a frame was too large",
    4000: "draining: this gateway is going away",
    4001: "too slow: the client does not read what it is sent",
    4002: "stream lost: frames may be missing",
    4003: "no sign of life for 60 s",
    4004: "overloaded: try again",
    4500: "bad ticket: it was used, has expired, or was never issued",
    4501: "protocol error: no Hello, or not as the first frame and only it; or ten malformed frames in a row",
    4502: "replaced by a newer connection of the same device",
    4503: "signed out",
    4504: "flooding: still over the limit after 10 s of RateLimited",
}
