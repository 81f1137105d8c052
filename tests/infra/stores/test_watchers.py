"""Who watches whose presence: streams of gateways are told once, and those that are gone are forgotten."""

import pytest
from redis.asyncio import Redis

from infra.stores.outbound_streams import OutboundStream
from infra.stores.watchers import Watchers
from schemas.outbound import Item, Kind
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestTell:
    async def test_each_stream_once_for_all_its_users(self, redis: Redis) -> None:
        watchers, one, two = Watchers(redis), new_id(), new_id()
        stream = OutboundStream(redis, f"outbound:{new_id()}")
        await stream.create()
        await watchers.add(stream.name, [one, two])
        await watchers.tell([one, two, new_id()])
        assert [Item(Kind.PRESENCE, (one, two), b"")] == await stream.read(0)
        await watchers.remove(stream.name, [one])
        await watchers.tell([one, two])
        assert [Item(Kind.PRESENCE, (two,), b"")] == await stream.read(0)

    async def test_a_gateway_that_is_gone_is_forgotten(self, redis: Redis) -> None:
        watchers, user_id = Watchers(redis), new_id()
        await watchers.add("outbound:nobody", [user_id])
        await watchers.tell([user_id])
        assert 0 == await redis.exists(f"watchers:{user_id}")

    async def test_nobody_watches(self, redis: Redis) -> None:
        await Watchers(redis).tell([])
        await Watchers(redis).tell([new_id()])
