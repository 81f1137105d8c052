"""The protocol's state on one socket, without I/O: bytes and facts in, actions out. It never raises on any bytes.

Time is an input, in seconds of a monotonic clock.
"""

from dataclasses import dataclass
from enum import Enum, auto

from msgspec import UNSET

from gateway.settings import GatewaySettings
from schemas import frames
from schemas.close_codes import CloseCode
from schemas.parsing import MalformedFrame, parse

FRAME_BYTES_MAX = 64 << 10
HELLO_BYTES_MAX = 1 << 20
# A flood is over after so long without a RateLimited. One accepted message does not end it: the bucket gains a token
# every 20 ms, whatever the rate of those who send.
CALM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Send:
    frame: bytes


@dataclass(frozen=True, slots=True)
class Close:
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Open:
    """The client said Hello: check its ticket, and bring it up to date."""

    hello: frames.Hello


@dataclass(frozen=True, slots=True)
class Submit:
    """A well-formed command: to the door, and into the log."""

    frame: frames.AnyKeyedFrame


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A receipt: gathered with others, and into the log."""

    frame: frames.AnyReceiptFrame


@dataclass(frozen=True, slots=True)
class Typing:
    """The user writes, or stopped: told to the other members."""

    frame: frames.SetTyping


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The device wants to know how some people's presence is, and when it changes."""

    frame: frames.SubscribePresence


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    frame: frames.UnsubscribePresence


AskingFrame = (
    frames.AnyKeyedFrame
    | frames.AnyReceiptFrame
    | frames.SetTyping
    | frames.SubscribePresence
    | frames.UnsubscribePresence
)
Asked = Submit | Acknowledge | Typing | Subscribe | Unsubscribe
Action = Send | Close | Open | Asked


class Phase(Enum):
    NEW = auto()  # nothing but Hello is understood
    CATCHING_UP = auto()  # live frames are kept back
    LIVE = auto()
    CLOSED = auto()


class Session:
    """One socket. `heard_at` is the last sign of life."""

    __slots__ = (
        "_backlog", "_flooding_since", "_limited_at", "_malformed", "_settings", "heard_at", "phase",
    )  # fmt: skip

    def __init__(self, settings: GatewaySettings, now: float) -> None:
        self._settings = settings
        self._flooding_since: float | None = None
        self._limited_at = now
        self._malformed = 0
        self._backlog: list[bytes] | None = None
        self.phase = Phase.NEW
        self.heard_at = now

    def receive(self, data: bytes, now: float) -> Action | None:
        """A text message came in. What comes after the end is not looked at."""
        if self.phase is Phase.CLOSED:
            return None
        if len(data) > (HELLO_BYTES_MAX if self.phase is Phase.NEW else FRAME_BYTES_MAX):
            return self._close(CloseCode.TOO_LARGE, "frame too large")
        self.heard_at = now
        try:
            frame = parse(data)
        except MalformedFrame as malformed:
            return self._not_understood(malformed)
        if (self.phase is Phase.NEW) != isinstance(frame, frames.Hello):
            return self._close(CloseCode.PROTOCOL_ERROR, "the first frame, and only it, is Hello")
        self._malformed = 0
        match frame:
            case frames.Heartbeat():
                return None
            case frames.Hello():
                self.phase = Phase.CATCHING_UP
                return Open(frame)
            case _:
                return _asked(frame)

    def receive_binary(self, now: float) -> Action | None:
        """A binary message came in: there are none in this protocol."""
        if self.phase is Phase.CLOSED:
            return None
        self.heard_at = now
        return self._not_understood(MalformedFrame("binary messages are not understood"))

    def malformed(self, malformed: MalformedFrame) -> Action | None:
        """The door did not understand a frame."""
        return None if self.phase is Phase.CLOSED else self._not_understood(malformed)

    def _not_understood(self, malformed: MalformedFrame) -> Action:
        if self.phase is Phase.NEW:
            return self._close(CloseCode.PROTOCOL_ERROR, "the first frame is Hello")
        self._malformed += 1
        if self._malformed >= self._settings.malformed_in_a_row_max:
            return self._close(CloseCode.PROTOCOL_ERROR, "too many malformed frames in a row")
        name = UNSET if malformed.client_id is None else malformed.client_id
        return Send(frames.encode(frames.Malformed(malformed.detail, name)))

    def limited(self, frame: AskingFrame, wait_seconds: float, now: float) -> Action | None:
        """The user asks too much: what to answer to this frame, which may be said again after `wait_seconds`."""
        if self.phase is Phase.CLOSED:
            return None
        if self._flooding_since is None or now - self._limited_at > CALM_SECONDS:
            self._flooding_since = now
        self._limited_at = now
        if now - self._flooding_since > self._settings.flooding_seconds:
            return self._close(CloseCode.FLOODING, "still over the limit")
        name = frame.client_id if isinstance(frame, frames.KeyedFrame) else UNSET
        return Send(frames.encode(frames.RateLimited(round(wait_seconds, 3), name)))

    def deliver(self, frame: bytes) -> Action | None:
        """A live frame for this connection: sent, or kept back until it is synced."""
        if self.phase is Phase.LIVE:
            return Send(frame)
        if self.phase is not Phase.CATCHING_UP:
            return None
        self._backlog = self._backlog or []
        if len(self._backlog) >= self._settings.backlog_frames_max:
            return self._close(CloseCode.OVERLOADED, "too much happened while catching up")
        self._backlog.append(frame)
        return None

    def take_backlog(self) -> list[bytes]:
        """The frames that were kept back so far, to be sent before it is synced; more may come meanwhile."""
        backlog, self._backlog = self._backlog or [], None
        return backlog

    def synced(self) -> list[bytes]:
        """All that was missed is sent: the frames that were kept back, to be sent now."""
        if self.phase is not Phase.CATCHING_UP:
            return []
        backlog, self._backlog = self._backlog or [], None
        self.phase = Phase.LIVE
        return backlog

    def is_silent(self, now: float) -> bool:
        return now - self.heard_at > self._settings.silence_seconds

    def close(self, code: int, reason: str) -> Close | None:
        """Something outside ends the session; None if it had ended already."""
        return None if self.phase is Phase.CLOSED else self._close(code, reason)

    def _close(self, code: int, reason: str) -> Close:
        self.phase = Phase.CLOSED
        self._backlog = None
        return Close(code, reason)


def _asked(frame: AskingFrame) -> Asked:
    match frame:
        case frames.AcknowledgeDelivery() | frames.AcknowledgeRead():
            return Acknowledge(frame)
        case frames.SetTyping():
            return Typing(frame)
        case frames.SubscribePresence():
            return Subscribe(frame)
        case frames.UnsubscribePresence():
            return Unsubscribe(frame)
        case _:
            return Submit(frame)
