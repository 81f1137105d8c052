"""A gateway drains, or loses its stream: clients are told to come back, and nothing is missing afterwards."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from redis import Redis, ResponseError

from clients.python import Client
from infra.local.settings import HOST
from infra.local.stack import Stack
from tests.e2e.gateway import direct
from tests.e2e.line import Lines
from tests.e2e.people import LOOK_SECONDS, People, send_message
from tests.e2e.test_live import keep_sending
from tests.e2e.watched import connected

MESSAGES = 200


@pytest.fixture
def redis(system: Stack) -> Iterator[Redis]:
    with closing(Redis(host=HOST, port=system.settings.port(6379))) as redis:
        yield redis


def stream_of(redis: Redis, gateway: str) -> bytes:
    """The stream of the gateway's present incarnation: the newest, for those of the past live on for a minute."""
    names: list[bytes] = list(redis.scan_iter(f"outbound:{gateway}:*"))
    return max(names, key=lambda name: last_id(redis, name))


def last_id(redis: Redis, stream: bytes) -> bytes:
    """Of its newest entry, were it trimmed since; nothing of a past stream that has expired since it was listed."""
    try:
        newest: bytes = redis.xinfo_stream(stream)["last-generated-id"]
    except ResponseError:
        return b""
    return newest


async def all_there(client: Client, head_seq: int) -> None:
    """The one conversation is whole up to the head, and was never begun anew by a snapshot."""
    await client.wait_until(lambda: any(copy.cursor >= head_seq for copy in client.conversations.values()))
    (copy,) = client.conversations.values()
    assert list(range(1, copy.cursor + 1)) == [event.seq for event in copy.history]


class TestDraining:
    async def test_clients_are_back_on_the_other_gateway(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        devices = [bob, *[await people.device(bob) for _ in range(3)]]
        await alice.send(bob)
        async with connected(alice, *devices) as (sender, *receivers):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await all_there(receivers[0].client, 2)
            system.kill("gateway-1", signal.SIGTERM)
            await sending
            for one in receivers:
                await all_there(one.client, 1 + MESSAGES)
        codes = [await one.codes() for one in (sender, *receivers)]
        first = Counter(one[0] for one in codes if one)
        assert {4000} == set(first)
        assert first[4000] < len(codes)
        # Until the balancer has noticed, it may send one that comes back to the same gateway: 503.
        assert {1006} >= {code for one in codes for code in one[1:]}
        system.wait_ready("gateway-1")

    async def test_a_killed_gateway_costs_only_a_reconnect(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        devices = [bob, *[await people.device(bob) for _ in range(3)]]
        await alice.send(bob)
        async with connected(alice, *devices) as (sender, *receivers):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await all_there(receivers[0].client, 2)
            system.kill("gateway-2", signal.SIGKILL)
            await sending
            for one in receivers:
                await all_there(one.client, 1 + MESSAGES)
        system.wait_ready("gateway-2")


class TestLostStream:
    @pytest.mark.parametrize("how", ["deleted", "flushed"])
    async def test_closed_and_nothing_is_missing(self, system: Stack, people: People, redis: Redis, how: str) -> None:
        alice, bob = await people.pair()
        url = direct(system, "gateway-1")
        await alice.send(bob)
        async with connected(alice, bob, url=url) as (sender, receiver):
            sending = asyncio.create_task(keep_sending(sender.client, bob, MESSAGES))
            await all_there(receiver.client, 2)
            if how == "deleted":
                redis.delete(stream_of(redis, "gateway-1"))
            else:
                redis.flushall()
            await sending
            await all_there(receiver.client, 1 + MESSAGES)
            await all_there(sender.client, 1 + MESSAGES)
        assert 4002 in await receiver.codes()
        assert 4002 in await sender.codes()

    async def test_flushed_while_idle(self, people: People, redis: Redis) -> None:
        alice, bob = await people.pair()
        async with connected(bob) as (receiver,):
            redis.flushall()
            await receiver.client.wait_until(lambda: not receiver.client.is_synced)
            await receiver.client.wait_synced()
            await alice.send(bob)
            await all_there(receiver.client, 1)
        # Both gateways lost their streams: who comes back to the one that has not noticed yet is sent away again.
        assert {4002} == set(await receiver.codes())

    async def test_trimmed_unread(self, system: Stack, people: People, redis: Redis) -> None:
        """While the gateway is paused its stream loses an entry; there comes no other after it.

        The first message only ends the read on which the paused gateway waits.
        """
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        async with connected(bob, url=direct(system, "gateway-1")) as (receiver,):
            stream = stream_of(redis, "gateway-1")
            system.kill("gateway-1", signal.SIGSTOP)
            try:
                for text in ("read", "trimmed"):
                    added = redis.xinfo_stream(stream)["entries-added"]
                    await alice.send(bob, text)
                    await grown(redis, stream, added)
                redis.xtrim(stream, maxlen=0, approximate=False)
            finally:
                system.kill("gateway-1", signal.SIGCONT)
            await receiver.client.wait_until(lambda: receiver.client.bookmark.cursors.get(conversation_id) == 3)
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
        while True:
            if redis.xinfo_stream(stream)["entries-added"] > from_entries:
                return
            await asyncio.sleep(LOOK_SECONDS)
