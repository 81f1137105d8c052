"""The proxy between two real sockets: each thing that it does to a line, and the count that proves it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.chaos.proxy import HOST, Proxy
from tests.infra.local.parts import free_port

HEAR_SECONDS = 10.0
PRODUCE = b"\x00\x00\x00\x06" + b"\x00\x00" + b"body"
FETCH = b"\x00\x00\x00\x06" + b"\x00\x01" + b"body"


@dataclass
class Echo:
    """A server that says everything back, and remembers in which pieces it came."""

    port: int
    pieces: list[bytes] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(1_000_000):
                self.pieces.append(piece)
                writer.write(piece)
        self.is_over.set()
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo(free_port())
    server = await asyncio.start_server(echo.serve, HOST, echo.port)
    yield echo
    server.close()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[Proxy]:
    proxy = Proxy("echo", free_port(), echo.port)
    await proxy.start()
    yield proxy
    await proxy.close()


@dataclass
class Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, said: bytes) -> bytes:
        self.writer.write(said)
        async with asyncio.timeout(HEAR_SECONDS):
            return await self.reader.readexactly(len(said))

    def reset(self) -> None:
        """Not closed in good order: as by a process that is killed while something for it is under way."""
        at_once = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.writer.transport.abort()

    async def is_cut(self) -> bool:
        async with asyncio.timeout(HEAR_SECONDS):
            try:
                return await self.reader.read(1) == b""
            except ConnectionError:
                return True


Dial = Callable[[Proxy], Awaitable[Line]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    lines: list[Line] = []

    async def opened(proxy: Proxy) -> Line:
        lines.append(Line(*await asyncio.open_connection(HOST, proxy.port)))
        return lines[-1]

    yield opened
    for line in lines:
        line.writer.close()
        with suppress(ConnectionError):
            await line.writer.wait_closed()


class TestProxy:
    async def test_passed_on(self, proxy: Proxy, dial: Dial) -> None:
        line = await dial(proxy)
        assert b"x" * 200_000 == await line.ask(b"x" * 200_000)

    async def test_cut_and_taken_again(self, proxy: Proxy, dial: Dial) -> None:
        line = await dial(proxy)
        await line.ask(b"hello")
        proxy.cut()
        assert await line.is_cut()
        assert await (await dial(proxy)).is_cut()
        assert 2 == proxy.counts.cut

        proxy.weather.is_cut = False
        assert b"hello" == await (await dial(proxy)).ask(b"hello")

    async def test_a_reset_goes_through(self, proxy: Proxy, dial: Dial, echo: Echo) -> None:
        line = await dial(proxy)
        await line.ask(b"hello")
        line.reset()
        async with asyncio.timeout(HEAR_SECONDS):
            await echo.is_over.wait()

    async def test_nobody_is_told_of_a_hang_up_that_is_swallowed(self, proxy: Proxy, dial: Dial, echo: Echo) -> None:
        lines = [await dial(proxy), await dial(proxy)]
        for line in lines:
            await line.ask(b"hello")
        proxy.swallow(lambda _: True, "up", "down")
        lines[0].reset()
        lines[1].writer.close()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await echo.is_over.wait()
        proxy.reset(lambda one: bool(one.swallowed))
        async with asyncio.timeout(HEAR_SECONDS):
            await echo.is_over.wait()

    async def test_delayed(self, proxy: Proxy, dial: Dial) -> None:
        line = await dial(proxy)
        proxy.weather.delay_seconds = 0.05
        began = asyncio.get_running_loop().time()
        await line.ask(b"hello")
        assert asyncio.get_running_loop().time() - began >= 0.1
        assert 2 == proxy.counts.delayed

    async def test_sliced(self, proxy: Proxy, dial: Dial, echo: Echo) -> None:
        proxy.weather.slice_bytes = 2
        assert b"abcdefg" == await (await dial(proxy)).ask(b"abcdefg")
        assert b"abcdefg" == b"".join(echo.pieces)
        assert proxy.counts.sliced >= 1

    async def test_throttled(self, proxy: Proxy, dial: Dial) -> None:
        proxy.weather.slow_bytes_per_second = 1_000
        began = asyncio.get_running_loop().time()
        await (await dial(proxy)).ask(b"x" * 100)
        assert asyncio.get_running_loop().time() - began >= 0.2
        assert 200 == proxy.counts.throttled

    async def test_swallowed_without_a_word(self, proxy: Proxy, dial: Dial, echo: Echo) -> None:
        line = await dial(proxy)
        await line.ask(b"hello")
        proxy.swallow(lambda _: True, "up")
        line.writer.write(b"is anybody there")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await line.reader.read(1)
        assert [b"hello"] == echo.pieces
        assert len(b"is anybody there") == proxy.counts.swallowed

    async def test_answer_to_a_produce_request_lost(self, proxy: Proxy, dial: Dial, echo: Echo) -> None:
        line = await dial(proxy)
        proxy.loses_answers = True
        for piece in (FETCH[:3], FETCH[3:], FETCH):
            assert piece == await line.ask(piece)
        line.writer.write(PRODUCE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await line.reader.read(1)
        assert FETCH * 2 + PRODUCE == b"".join(echo.pieces)
        assert 1 == proxy.counts.answers_lost

    async def test_nobody_behind_it(self, dial: Dial) -> None:
        dead = Proxy("nobody", free_port(), free_port())
        await dead.start()
        assert await (await dial(dead)).is_cut()
        await dead.close()
