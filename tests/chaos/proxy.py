"""A TCP proxy in user space, between two parts of this machine: cuts, delays, slices, throttles, swallows, as told.

Swallowed bytes are read and not passed on, and the sender is told nothing, as when a cable is pulled out; nor is who is
left told that the other has hung up.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.kafka_requests import ProduceSpotter

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
SLICED_BYTES_MAX = 64  # of a chunk; cutting all of it up would only be slow
Direction = Literal["up", "down"]


@dataclass(slots=True)
class Weather:
    """What a link suffers now. Every second line is slow, if any is."""

    is_cut: bool = False
    delay_seconds: float = 0.0
    slice_bytes: int = 0
    slow_bytes_per_second: int = 0


@dataclass(slots=True)
class Counts:
    """How often the proxy did what: the proofs that a fault struck."""

    cut: int = 0
    delayed: int = 0
    sliced: int = 0
    throttled: int = 0
    swallowed: int = 0
    answers_lost: int = 0


@dataclass(eq=False, slots=True)
class Line:
    """One connection that goes through. `number` counts them."""

    number: int
    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    swallowed: set[Direction] = field(default_factory=set)
    spotter: ProduceSpotter = field(default_factory=ProduceSpotter)

    def abort(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """Passes what comes to `port` on to `target_port`; both of this machine."""

    def __init__(self, name: str, port: int, target_port: int) -> None:
        self.name = name
        self.port = port
        self.weather = Weather()
        self.counts = Counts()
        self.lines: set[Line] = set()
        self.loses_answers = False
        self._target_port = target_port
        self._numbers = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks)

    def cut(self) -> None:
        """Cut every line, and take no new one until `weather.is_cut` is taken back."""
        self.weather.is_cut = True
        self.reset(lambda _: True)

    def reset(self, is_chosen: Callable[[Line], bool]) -> None:
        """Cut some lines, once."""
        for line in [one for one in self.lines if is_chosen(one)]:
            line.abort()
            self.counts.cut += 1

    def swallow(self, is_chosen: Callable[[Line], bool], *directions: Direction) -> None:
        """From now on nothing goes through some lines, and nobody is told."""
        for line in self.lines:
            if is_chosen(line):
                line.swallowed.update(directions)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.weather.is_cut:
            writer.transport.abort()
            self.counts.cut += 1
            return
        try:
            to_reader, to_writer = await asyncio.open_connection(HOST, self._target_port)
        except OSError:
            writer.transport.abort()  # as if nobody listened here
            return
        self._numbers += 1
        line = Line(self._numbers, (writer, to_writer))
        if self.weather.is_cut:  # since it knocked
            line.abort()
        self.lines.add(line)
        try:
            await asyncio.gather(self._pump(line, "up", reader, to_writer), self._pump(line, "down", to_reader, writer))
        finally:
            self.lines.discard(line)
            line.abort()

    async def _pump(
        self, line: Line, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                if direction == "up" and line.spotter.sees_produce(chunk) and self.loses_answers:
                    self._lose_answer(line)
                await self._pass(line, direction, chunk, writer)
            if direction not in line.swallowed and writer.can_write_eof():
                writer.write_eof()
        except OSError:
            if direction not in line.swallowed:
                line.abort()  # a reset goes through as well: without it a server waited for who was gone

    def _lose_answer(self, line: Line) -> None:
        """The broker appends what it is sent here, and its answer never arrives."""
        line.swallowed.add("down")
        self.counts.answers_lost += 1

    async def _pass(self, line: Line, direction: Direction, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        if direction in line.swallowed:
            self.counts.swallowed += len(chunk)
            return
        if self.weather.delay_seconds:
            self.counts.delayed += 1
            await asyncio.sleep(self.weather.delay_seconds)
        if self.weather.slow_bytes_per_second and line.number % 2:
            self.counts.throttled += len(chunk)
            await asyncio.sleep(len(chunk) / self.weather.slow_bytes_per_second)
        for piece in self._pieces(chunk):
            writer.write(piece)
            await writer.drain()
            if self.weather.slice_bytes:
                await asyncio.sleep(0)

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        size = self.weather.slice_bytes
        if not size:
            yield chunk
            return
        self.counts.sliced += 1
        head = chunk[:SLICED_BYTES_MAX]
        yield from (head[start : start + size] for start in range(0, len(head), size))
        if rest := chunk[SLICED_BYTES_MAX:]:
            yield rest
