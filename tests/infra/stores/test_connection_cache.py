"""The connection cache in Redis: an older value never stands over a newer one."""

import pytest
from redis.asyncio import Redis

from infra.stores.connection_cache import ConnectionCache
from schemas.outbound import Connections
from tests.builders import reachable
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


def value(offset: int) -> Connections:
    return Connections(offset, (reachable(f"connection-{offset}"),))


class TestRead:
    async def test_in_the_order_asked_with_none_for_who_is_not_there(self, redis: Redis) -> None:
        cache, one, two = ConnectionCache(redis), new_id(), new_id()
        await cache.write({one: value(1), two: value(2)})
        assert [value(2), None, value(1)] == await cache.read([two, new_id(), one])

    async def test_nobody(self, redis: Redis) -> None:
        assert [] == await ConnectionCache(redis).read([])


class TestWrite:
    @pytest.mark.parametrize("order", [(2, 9, 10), (10, 9, 2), (9, 10, 2), (10, 10, 9), (-1, 10), (10, -1)])
    async def test_the_newest_stays_whatever_the_order(self, redis: Redis, order: tuple[int, ...]) -> None:
        cache, user_id = ConnectionCache(redis), new_id()
        for offset in order:
            await cache.write({user_id: value(offset)})
        assert [value(10)] == await cache.read([user_id])

    async def test_the_same_offset_changes_nothing(self, redis: Redis) -> None:
        cache, user_id = ConnectionCache(redis), new_id()
        await cache.write({user_id: value(3)})
        await cache.write({user_id: Connections(3)})
        assert [value(3)] == await cache.read([user_id])

    async def test_each_user_is_judged_alone(self, redis: Redis) -> None:
        cache, one, two = ConnectionCache(redis), new_id(), new_id()
        await cache.write({one: value(5), two: value(1)})
        await cache.write({one: value(4), two: value(2)})
        assert [value(5), value(2)] == await cache.read([one, two])

    async def test_nobody(self, redis: Redis) -> None:
        await ConnectionCache(redis).write({})
