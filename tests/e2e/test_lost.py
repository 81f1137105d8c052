"""A gateway drains, or loses its stream: clients are told to come back, and nothing is missing afterwards."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing

import pytest
from redis import Redis

from clients.python import Client, Disconnected
from clients.python.subscription import Subscription
from infra.local.settings import HOST
from infra.local.stack import Stack
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, send_message
from tests.e2e.test_live import keep_sending

MESSAGES = 200
GATEWAYS = {"gateway-1": 8091, "gateway-2": 8092}


def direct(stack: Stack, gateway: str) -> str:
    return f"ws://{HOST}:{stack.settings.port(GATEWAYS[gateway])}/v1/socket"


@pytest.fixture
def redis(system: Stack) -> Iterator[Redis]:
    with closing(Redis(host=HOST, port=system.settings.port(6379))) as redis:
        yield redis


def stream_of(redis: Redis, gateway: str) -> bytes:
    """The stream of the gateway's present incarnation: the newest, for those of the past live on for a minute."""
    names = list(redis.scan_iter(f"outbound:{gateway}:*"))
    return max(names, key=lambda name: redis.xinfo_stream(name)["last-generated-id"])


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


async def all_there(client: Client, head_seq: int) -> None:
    """The copy is whole up to the head, without help from a snapshot."""
    await client.wait_until(lambda: any(copy.cursor >= head_seq for copy in client.conversations.values()))
    (copy,) = client.conversations.values()
    assert list(range(1, head_seq + 1)) == [event.seq for event in copy.history]


class TestDraining:
    async def test_clients_are_back_on_the_other_gateway(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        devices = [bob, *[await people.device(bob) for _ in range(3)]]
        async with connected(alice, *devices) as (sender, *receivers):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await receivers[0].client.wait_until(lambda: bool(receivers[0].client.conversations))
            system.kill("gateway-1", signal.SIGTERM)
            await sending
            for one in receivers:
                await all_there(one.client, MESSAGES)
        codes = Counter(code for one in (sender, *receivers) for code in await one.codes())
        assert {4000} == set(codes)
        assert 1 <= codes[4000] <= 4
        system.wait_ready("gateway-1")

    async def test_a_killed_gateway_costs_only_a_reconnect(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        devices = [bob, *[await people.device(bob) for _ in range(3)]]
        async with connected(alice, *devices) as (sender, *receivers):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await receivers[0].client.wait_until(lambda: bool(receivers[0].client.conversations))
            system.kill("gateway-2", signal.SIGKILL)
            await sending
            for one in receivers:
                await all_there(one.client, MESSAGES)
        system.wait_ready("gateway-2")


class TestLostStream:
    @pytest.mark.parametrize("how", ["deleted", "flushed"])
    async def test_closed_and_nothing_is_missing(self, system: Stack, people: People, redis: Redis, how: str) -> None:
        alice, bob = await people.pair()
        url = direct(system, "gateway-1")
        async with connected(alice, bob, url=url) as (sender, receiver):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await receiver.client.wait_until(lambda: bool(receiver.client.conversations))
            if how == "deleted":
                redis.delete(stream_of(redis, "gateway-1"))
            else:
                redis.flushall()
            await sending
            await all_there(receiver.client, MESSAGES)
            await all_there(sender.client, MESSAGES)
        assert 4002 in await receiver.codes()
        assert 4002 in await sender.codes()

    async def test_trimmed_unread(self, system: Stack, people: People, redis: Redis) -> None:
        """While the gateway is paused its stream loses an entry; there comes no other after it."""
        alice, bob = await people.pair()
        await alice.send(bob)
        async with connected(bob, url=direct(system, "gateway-1")) as (receiver,):
            stream = stream_of(redis, "gateway-1")
            system.kill("gateway-1", signal.SIGSTOP)
            added = redis.xinfo_stream(stream)["entries-added"]
            try:
                await alice.send(bob, "trimmed")
                await grown(redis, stream, added)
                redis.xtrim(stream, maxlen=0, approximate=False)
            finally:
                system.kill("gateway-1", signal.SIGCONT)
            await all_there_from(receiver.client, 2)
        assert [4002] == await receiver.codes()

    async def test_no_stream_is_lost_when_nothing_was_lost(
        self, system: Stack, people: People, lines: Lines, redis: Redis
    ) -> None:
        alice, bob = await people.pair()
        async with connected(bob, url=direct(system, "gateway-1")) as (receiver,):
            await alice.send(bob)
            await receiver.client.wait_until(lambda: bool(receiver.client.conversations))
            redis.xtrim(stream_of(redis, "gateway-1"), maxlen=0, approximate=False)
            line = (await lines.hello(alice)).line
            await line.say(send_message("after", to_user_id=bob.user_id))
            await all_there(receiver.client, 2)
        assert [] == await receiver.codes()


async def grown(redis: Redis, stream: bytes, from_entries: int) -> None:
    async with asyncio.timeout(10):
        while redis.xinfo_stream(stream)["entries-added"] == from_entries:
            await asyncio.sleep(0.02)


async def all_there_from(client: Client, head_seq: int) -> None:
    """As `all_there`, for a copy that began with a snapshot."""
    await client.wait_until(lambda: any(copy.cursor >= head_seq for copy in client.conversations.values()))
