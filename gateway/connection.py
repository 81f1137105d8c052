"""A session on its socket: carries out the session's actions. The only file that sends on a websocket."""

import asyncio
from contextlib import suppress
from time import time
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed

from gateway.counting import note_closed
from gateway.session import Action, Close, Phase, Send, Session
from schemas.close_codes import CloseCode
from schemas.commands import Origin
from schemas.door import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOSING: set["asyncio.Task[None]"] = set()  # the loop itself keeps only weak references to tasks


class Connection:
    """`actor` is there once the ticket was good; `registered` while the connection cache does not know it yet;
    `is_silent` once it was said that nothing is heard of it."""

    __slots__ = (
        "_heard", "_identified", "_socket", "_write_buffer_bytes_max", "actor", "is_silent", "origin", "registered",
        "session",
    )  # fmt: skip

    def __init__(self, socket: ServerConnection, session: Session, origin: Origin, write_buffer_bytes_max: int) -> None:
        self._socket = socket
        self._write_buffer_bytes_max = write_buffer_bytes_max
        self.session = session
        self.origin = origin
        self.actor: Actor | None = None
        self.is_silent = False
        self.registered: asyncio.Event | None = None
        self._identified: asyncio.Event | None = None
        self._heard = (-1.0, 0)

    @property
    def id(self) -> str:
        return self.origin.connection

    def heard_ms(self) -> int:
        """When the last sign of life came, in milliseconds since 1970: the same however often one asks.

        It is reckoned once for each sign, as two clocks drift apart: a phone that fell silent and then ended was last
        seen a millisecond later than it had been.
        """
        heard_at = self.session.heard_at
        if self._heard[0] != heard_at:
            ago_seconds = asyncio.get_running_loop().time() - heard_at
            self._heard = heard_at, int((time() - ago_seconds) * 1000)
        return self._heard[1]

    def identify(self, actor: Actor) -> None:
        """The ticket was good."""
        self.actor = actor
        self._settle()

    async def identified(self) -> Actor | None:
        """Whose connection it is, as soon as that is known; None if it is closed instead."""
        if self.actor is None and self.session.phase is not Phase.CLOSED:
            self._identified = self._identified or asyncio.Event()
            await self._identified.wait()
        return self.actor

    def _settle(self) -> None:
        if self._identified is not None:
            self._identified.set()
            self._identified = None

    def perform(self, action: Action | None) -> None:
        """Carry out what a session asks of its socket."""
        match action:
            case Send(frame):
                self.write(frame)
            case Close(code, reason):
                note_closed(code)
                self._settle()
                task = asyncio.create_task(self._close(code, reason))
                CLOSING.add(task)
                task.add_done_callback(CLOSING.discard)

    def write(self, frame: bytes) -> None:
        """Send without waiting; a client that does not read is closed (4001), so memory is bounded."""
        broadcast((self._socket,), frame, text=True)
        if self._socket.transport.get_write_buffer_size() > self._write_buffer_bytes_max:
            self.close(CloseCode.TOO_SLOW, "the client does not read")

    async def write_all(self, frames: "Iterable[bytes]") -> None:
        """Send and wait while the client reads slowly: for what was missed, which may be much."""
        for frame in frames:
            await self._socket.send(frame, text=True)

    def deliver(self, frame: bytes) -> None:
        self.perform(self.session.deliver(frame))

    def close(self, code: int, reason: str) -> None:
        self.perform(self.session.close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with suppress(ConnectionClosed):  # from the other side meanwhile
            await self._socket.close(code, reason)
