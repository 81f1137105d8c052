"""Clients that stay connected, and how their sockets were closed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from clients.python import Client, Disconnected
from clients.python.subscription import Subscription
from tests.e2e.people import Person


class Watched:
    """A client, and the codes with which its sockets were closed."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._events: Subscription = client.events()

    async def codes(self) -> list[int | None]:
        """Once the client is closed."""
        return [event.code async for event in self._events if isinstance(event, Disconnected) and event.code]


@asynccontextmanager
async def connected(*people: Person, url: str | None = None) -> AsyncIterator[list[Watched]]:
    async with AsyncExitStack() as stack:
        watched = [Watched(Client(one.api, socket_url=url)) for one in people]
        for one in watched:
            await stack.enter_async_context(one.client)
        for one in watched:
            await one.client.wait_synced()
        yield watched
