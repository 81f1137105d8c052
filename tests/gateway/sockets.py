"""Real sockets on this machine: connections as a gateway holds them, and the clients at their other end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from gateway.connection import Connection
from gateway.session import Session
from gateway.settings import GatewaySettings
from schemas.commands import Origin

PATIENCE_SECONDS = 10.0
BUFFER_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Line:
    """A connection and its client."""

    connection: Connection
    client: ClientConnection

    def say_hello(self) -> None:
        self.connection.session.receive(b'{"type":"Hello","ticket":"t"}', 0.0)

    def go_live(self) -> None:
        self.say_hello()
        self.connection.session.synced()

    async def heard(self) -> str | bytes:
        """The next frame that the client gets."""
        return await asyncio.wait_for(self.client.recv(), PATIENCE_SECONDS)

    async def close_code(self) -> int | None:
        """The code with which the server closes, after whatever it still sends."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while True:
                    await self.client.recv()
            except ConnectionClosed:
                return self.client.close_code


class Exchange:
    """A server that does nothing but to hold connections."""

    def __init__(self, port: int, accepted: "asyncio.Queue[ServerConnection]", clients: AsyncExitStack) -> None:
        self._port = port
        self._accepted = accepted
        self._clients = clients
        self._count = 0

    async def line(self, settings: GatewaySettings | None = None) -> Line:
        """A new connection, whose client has not said Hello."""
        client = await self._clients.enter_async_context(
            connect(f"ws://127.0.0.1:{self._port}", max_queue=1, close_timeout=0.2)
        )
        socket = await asyncio.wait_for(self._accepted.get(), PATIENCE_SECONDS)
        self._count += 1
        origin = Origin("gateway-1", "1a2b3c", f"connection-{self._count}")
        session = Session(settings or GatewaySettings(), 0.0)
        return Line(Connection(socket, session, origin, BUFFER_BYTES), client)


@asynccontextmanager
async def exchange() -> AsyncIterator[Exchange]:
    accepted: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def hold(socket: ServerConnection) -> None:
        accepted.put_nowait(socket)
        async for _ in socket:
            pass

    async with serve(hold, "127.0.0.1", 0, compression=None, close_timeout=0.2) as server, AsyncExitStack() as clients:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Exchange(port, accepted, clients)
