"""One socket of the generator: Hello, Synced, and from then on as little work per frame as can be."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport

HEARTBEAT = b'{"type":"Heartbeat"}'
# Frames that follow from others' messages and ask nothing of the generator.
IGNORED = frozenset(
    {
        "ReadAdvanced",
        "DeliveredAdvanced",
        "PresenceChanged",
        "TypingChanged",
        "Snapshot",
        "CaughtUp",
        "MessageSent",
        "GroupCreated",
    }
)
OnFrame = Callable[[int, bytes, int], bool]


class Refused(Exception):
    """The server closed the socket before Synced; `code` says whether to come back."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code} before Synced")
        self.code = code


@dataclass(frozen=True)
class Copy:
    """What a device has already; nothing on its first connection."""

    epoch: str | None = None
    cursors: Mapping[str, int] = field(default_factory=dict)


NOTHING = Copy()


class Head(msgspec.Struct):
    conversation_id: str
    head_seq: int


class ServerFrame(msgspec.Struct):
    type: str
    epoch: str | None = None
    heartbeat_seconds: float = 0.0
    reason: str = ""
    conversations: list[Head] = []
    events: list[msgspec.Raw] = []
    recovered: bool = False


class Hello(msgspec.Struct, tag=True):
    ticket: str
    epoch: str | None
    cursors: Mapping[str, int]


_decode = msgspec.json.Decoder(ServerFrame).decode


class Connection(WSListener):  # type: ignore[misc] # picows is skipped by mypy
    """`on_frame(index, payload, arrived_ns)` sees every frame after Synced first; true if it knew it."""

    def __init__(
        self, index: int, ticket: str, on_frame: OnFrame, on_fault: Callable[[str], None], has: Copy = NOTHING
    ) -> None:
        self.index = index
        self.snapshot = NOTHING
        self.caught_up_events = 0
        self.is_recovered = False
        self.synced_ns = 0
        self.transport: WSTransport | None = None
        self.heartbeat_seconds = 0.0
        self.synced: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hello = msgspec.json.encode(Hello(ticket, has.epoch, has.cursors))
        self._on_frame = on_frame
        self._on_fault = on_fault
        self._is_live = False
        self._is_closing = False
        self._close_code = 1006

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, self._hello)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        arrived_ns = time.monotonic_ns()
        payload = frame.get_payload_as_bytes()
        if not (self._is_live and self._on_frame(self.index, payload, arrived_ns)):
            self._on_other(transport, frame.msg_type, payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not (self.synced.done() or self._is_closing):
            self.synced.set_exception(Refused(self._close_code))
        elif not self._is_closing:
            self._on_fault(f"closed {self._close_code}")

    def send(self, frame: bytes) -> None:
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, frame)

    def beat(self) -> None:
        self.send(HEARTBEAT)

    def close(self) -> None:
        self._is_closing = True
        self.synced.cancel()
        if self.transport is not None and not self.transport.is_disconnected:
            self.transport.send_close()
            self.transport.disconnect()

    def _on_other(self, transport: WSTransport, kind: WSMsgType, payload: bytes) -> None:
        if kind == WSMsgType.TEXT:
            self._on_text(_decode(payload))
        elif kind == WSMsgType.CLOSE:
            self._close_code = int.from_bytes(payload[:2], "big") or 1005
            transport.disconnect()

    def _on_text(self, frame: ServerFrame) -> None:
        if frame.type == "Welcome":
            self.heartbeat_seconds = frame.heartbeat_seconds
            self.snapshot = Copy(frame.epoch)
        elif frame.type == "Snapshot":
            heads = {one.conversation_id: one.head_seq for one in frame.conversations}
            self.snapshot = Copy(self.snapshot.epoch, heads)
        elif frame.type == "CaughtUp":
            self.caught_up_events += len(frame.events)
        elif frame.type == "Synced":
            self._is_live = True
            self.is_recovered = frame.recovered
            self.synced_ns = time.monotonic_ns()
            if not self.synced.done():
                self.synced.set_result(None)
        elif frame.type not in IGNORED:
            self._on_fault(f"{frame.type} {frame.reason}".strip())
