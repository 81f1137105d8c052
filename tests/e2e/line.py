"""One bare socket, step by step: what a test says and hears is what goes over the wire."""

import asyncio
import json
from dataclasses import dataclass
from typing import TypeVar

from clients.python import Connection, ConnectionLost, MessageSent
from clients.python.frames import AnyFrame, AnyTimelineEvent, CaughtUp, Frame, Snapshot, Synced, Welcome
from tests.e2e.people import Person

HEAR_SECONDS = 20.0
F = TypeVar("F", bound=Frame)


class Line:
    """A socket whose every frame is waited for, with a deadline."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def say(self, frame: object) -> None:
        await self.connection.send(frame if isinstance(frame, bytes | str) else json.dumps(frame))

    async def hear(self) -> AnyFrame:
        """The next frame. Raises ConnectionLost, TimeoutError."""
        async with asyncio.timeout(HEAR_SECONDS):
            return (await self.connection.receive()).frame

    async def hear_until(self, kind: type[F]) -> tuple[list[AnyFrame], F]:
        """The frames before the next one of this kind, and that one."""
        before = []
        while not isinstance(frame := await self.hear(), kind):
            before.append(frame)
        return before, frame

    async def hear_one(self, kind: type[F]) -> F:
        """The next frame, which must be of this kind."""
        frame = await self.hear()
        assert isinstance(frame, kind), frame
        return frame

    async def hear_close(self) -> int:
        """The code with which the server closes; what comes before is passed over."""
        try:
            while True:
                await self.hear()
        except ConnectionLost as lost:
            return lost.code

    async def ask(self, frame: object) -> AnyFrame:
        """Say a frame, hear the next."""
        await self.say(frame)
        return await self.hear()


@dataclass(frozen=True)
class Opened:
    """A line after Synced, and everything that came before it."""

    line: Line
    welcome: Welcome
    missed: list[AnyFrame]
    synced: Synced

    @property
    def snapshot(self) -> Snapshot:
        (snapshot,) = self.missed
        assert isinstance(snapshot, Snapshot)
        return snapshot

    @property
    def caught_up(self) -> list[CaughtUp]:
        pieces = [frame for frame in self.missed if isinstance(frame, CaughtUp)]
        assert len(pieces) == len(self.missed)
        return pieces

    @property
    def events(self) -> list[AnyTimelineEvent]:
        return [event for piece in self.caught_up for event in piece.events]


def socket_url(api_url: str) -> str:
    return api_url.replace("http", "ws", 1) + "/v1/socket"


class Lines:
    """The lines that a test opens; all are cut when it ends."""

    def __init__(self, api_url: str) -> None:
        self._url = socket_url(api_url)
        self._open: list[Line] = []

    async def open(self, url: str | None = None) -> Line:
        """An open socket, through the balancer unless said; no Hello was said."""
        line = Line(await Connection.open(url or self._url))
        self._open.append(line)
        return line

    async def hello(
        self, person: Person, cursors: dict[str, int] | None = None, epoch: str | None = None, *, url: str | None = None
    ) -> Opened:
        """Connect as a person's device, up to Synced."""
        line = await self.open(url)
        ticket = (await person.api.ticket()).ticket
        await line.say({"type": "Hello", "ticket": ticket, "epoch": epoch, "cursors": cursors or {}})
        welcome = await line.hear_one(Welcome)
        missed, synced = await line.hear_until(Synced)
        return Opened(line, welcome, missed, synced)

    async def cut(self) -> None:
        for line in self._open:
            line.connection.abort()
            await line.connection.close()


def texts(events: list[AnyTimelineEvent] | tuple[AnyTimelineEvent, ...]) -> list[str | None]:
    return [event.text for event in events if isinstance(event, MessageSent)]
