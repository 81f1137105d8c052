"""Gateways' streams in Redis: made by their owners, and never silently short of an entry."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from infra.stores.line import Line
from infra.stores.outbound_streams import LIFE_SECONDS, READ_ENTRIES, OutboundStream, StreamLost, end, publish
from schemas.outbound import Item, Kind, stream_name
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
PATIENCE_SECONDS = 5.0


@pytest_asyncio.fixture(loop_scope="session")
async def stream(redis: Redis) -> AsyncIterator[OutboundStream]:
    made = OutboundStream(redis, f"outbound:test:{new_id()}")
    await made.create()
    yield made
    await made.close()


async def put(redis: Redis, items: Mapping[str, Sequence[Item]]) -> None:
    line = Line(redis)
    await publish(line, items)
    await line.close()


def item(number: int) -> Item:
    return Item(Kind.FRAME, (f"connection-{number}",), b"frame")


async def published(redis: Redis, stream: OutboundStream, *numbers: int) -> None:
    for number in numbers:
        await put(redis, {stream.name: [item(number)]})


class TestPublish:
    async def test_one_entry_for_each_stream(self, redis: Redis, stream: OutboundStream) -> None:
        other = OutboundStream(redis, f"{stream.name}-other")
        await other.create()
        await put(redis, {stream.name: [item(1), item(2)], other.name: [item(3)]})
        assert [item(1), item(2)] == await stream.read(PATIENCE_SECONDS)
        assert [item(3)] == await other.read(PATIENCE_SECONDS)
        assert 2 == await redis.xlen(stream.name)

    async def test_never_makes_a_stream(self, redis: Redis) -> None:
        name = f"outbound:test:{new_id()}"
        await put(redis, {name: [item(1)]})
        assert 0 == await redis.exists(name)

    async def test_passes_over_one_that_is_gone(self, redis: Redis, stream: OutboundStream) -> None:
        await put(redis, {f"outbound:test:{new_id()}": [item(1)], stream.name: [item(2)]})
        assert [item(2)] == await stream.read(PATIENCE_SECONDS)


class TestRead:
    async def test_in_order_each_once(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2)
        first = await stream.read(PATIENCE_SECONDS)
        await published(redis, stream, 3)
        assert ([item(1), item(2)], [item(3)]) == (first, await stream.read(PATIENCE_SECONDS))

    async def test_waits_for_the_next(self, redis: Redis, stream: OutboundStream) -> None:
        reading = asyncio.create_task(stream.read(PATIENCE_SECONDS))
        await published(redis, stream, 1)
        assert [item(1)] == await reading

    async def test_nothing_after_its_time(self, stream: OutboundStream) -> None:
        assert [] == await stream.read(0.01)


class TestCheck:
    async def test_nothing_new(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1)
        await stream.read(PATIENCE_SECONDS)
        assert [] == await stream.check()

    async def test_takes_what_came_meanwhile(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2)
        assert [item(1), item(2)] == await stream.check()
        assert [] == await stream.read(0.01)

    async def test_of_more_than_one_read_can_hold(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, *range(READ_ENTRIES + 5))
        assert READ_ENTRIES == len(await stream.check())
        assert 5 == len(await stream.check())

    async def test_drops_what_was_read_and_nothing_else(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2)
        await stream.read(PATIENCE_SECONDS)
        await published(redis, stream, 3)
        assert [item(3)] == await stream.check()
        assert 1 == await redis.xlen(stream.name)
        assert [] == await stream.check()
        assert 0 == await redis.xlen(stream.name)
        await published(redis, stream, 4)
        assert [item(4)] == await stream.read(PATIENCE_SECONDS)

    async def test_renews_the_streams_life(self, redis: Redis, stream: OutboundStream) -> None:
        await redis.expire(stream.name, 5)
        await stream.check()
        assert LIFE_SECONDS - 5 < await redis.ttl(stream.name) <= LIFE_SECONDS


class TestStreamLost:
    @pytest.mark.parametrize("left", [0, 1, 2])
    async def test_when_entries_were_trimmed_unread(self, redis: Redis, stream: OutboundStream, left: int) -> None:
        await published(redis, stream, 1, 2, 3)
        await redis.xtrim(stream.name, maxlen=left, approximate=False)
        with pytest.raises(StreamLost):
            await stream.check()

    async def test_noticed_also_after_reading_what_was_left(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2, 3)
        await redis.xtrim(stream.name, maxlen=1, approximate=False)
        assert [item(3)] == await stream.read(PATIENCE_SECONDS)
        with pytest.raises(StreamLost):
            await stream.check()

    async def test_not_when_only_read_entries_were_trimmed(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2)
        await stream.read(PATIENCE_SECONDS)
        await redis.xtrim(stream.name, maxlen=0, approximate=False)
        await published(redis, stream, 3)
        assert [item(3)] == await stream.check()

    async def test_when_redis_was_flushed(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1)
        await redis.flushdb()
        await published(redis, stream, 2)
        assert [] == await stream.read(0.01)
        with pytest.raises(StreamLost):
            await stream.check()

    async def test_when_it_was_deleted(self, stream: OutboundStream) -> None:
        await stream.delete()
        with pytest.raises(StreamLost):
            await stream.check()

    async def test_when_another_was_made_under_its_name(self, redis: Redis, stream: OutboundStream) -> None:
        await published(redis, stream, 1, 2)
        await stream.read(PATIENCE_SECONDS)
        await stream.delete()
        await OutboundStream(redis, stream.name).create()
        with pytest.raises(StreamLost):
            await stream.check()


class TestEnd:
    async def test_an_owner_that_lives_after_all_notices(self, redis: Redis) -> None:
        gateway, incarnation, line = "gateway-9", new_id(), Line(redis)
        made = OutboundStream(redis, stream_name(gateway, incarnation))
        await made.create()

        await end(line, [(gateway, incarnation)])

        with pytest.raises(StreamLost):
            await made.check()
        await made.close()
        await line.close()
