"""The codes with which a socket is closed. PROTOCOL, section 2."""

from collections.abc import Mapping

RECONNECT_CODES = range(4000, 4500)  # with such a code a client comes back by itself, with jitter


class CloseCode:
    TOO_LARGE = 1009
    DRAINING = 4000
    TOO_SLOW = 4001
    STREAM_LOST = 4002
    SILENT = 4003
    OVERLOADED = 4004
    BAD_TICKET = 4500
    PROTOCOL_ERROR = 4501
    REPLACED = 4502
    SIGNED_OUT = 4503
    FLOODING = 4504


CLOSE_CODES: Mapping[int, str] = {
    CloseCode.TOO_LARGE: "a frame was too large",
    CloseCode.DRAINING: "draining: this gateway is going away",
    CloseCode.TOO_SLOW: "too slow: the client does not read what it is sent",
    CloseCode.STREAM_LOST: "stream lost: frames may be missing",
    CloseCode.SILENT: "no sign of life for 60 s",
    CloseCode.OVERLOADED: "overloaded: try again",
    CloseCode.BAD_TICKET: "bad ticket: it was used, has expired, or was never issued",
    CloseCode.PROTOCOL_ERROR: (
        "protocol error: no Hello, or not as the first frame and only it; or ten malformed frames in a row"
    ),
    CloseCode.REPLACED: "replaced by a newer connection of the same device",
    CloseCode.SIGNED_OUT: "signed out",
    CloseCode.FLOODING: "flooding: still over the limit after 10 s of RateLimited",
}


def payload(code: int) -> bytes:
    """A code as it travels to a gateway in an item of its stream (`outbound.Kind.CLOSE`)."""
    return b"%d" % code
