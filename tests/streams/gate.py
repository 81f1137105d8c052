"""A door in front of a store, by which a test takes the store away from one client and leaves it to all others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from infra.local.settings import HOST

CHUNK_BYTES = 1 << 16


class Gate:
    """Shut, it cuts every connection that goes through and takes no new one; its port stays the same."""

    def __init__(self, store_port: int) -> None:
        self._store_port = store_port
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._passing):
            task.cancel()
        if self._passing:
            await asyncio.wait(self._passing)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        store_reader, store_writer = await asyncio.open_connection(HOST, self._store_port)
        ways = [asyncio.create_task(_carry(*way)) for way in ((reader, store_writer), (store_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass  # a callback of the server: nobody waits for this task but `shut`
        finally:
            for way in ways:
                way.cancel()
            for one in (writer, store_writer):
                one.transport.abort()
            await asyncio.wait(ways)
            self._passing.discard(task)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def gate_to(store_port: int) -> AsyncIterator[Gate]:
    gate = Gate(store_port)
    await gate.open()
    yield gate
    await gate.shut()
