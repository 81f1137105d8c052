"""A ticket opens one socket."""

import asyncio

import pytest
from redis.asyncio import Redis

from infra.stores.ticket_use import use
from schemas.tickets import LIFE_SECONDS, Ticket
from tests.builders import ALICE, PHONE, START_MS
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


def ticket() -> Ticket:
    return Ticket(ALICE, PHONE, new_id(), START_MS)


class TestUse:
    async def test_once(self, redis: Redis) -> None:
        mine = ticket()
        assert [True, False, False] == [await use(redis, mine) for _ in range(3)]

    async def test_once_of_many_at_the_same_time(self, redis: Redis) -> None:
        mine = ticket()
        assert 1 == sum(await asyncio.gather(*(use(redis, mine) for _ in range(20))))

    async def test_each_by_itself(self, redis: Redis) -> None:
        assert [True, True] == [await use(redis, ticket()), await use(redis, ticket())]

    async def test_is_remembered_for_longer_than_a_ticket_lives(self, redis: Redis) -> None:
        mine = ticket()
        await use(redis, mine)
        assert await redis.ttl(f"ticket:{mine.nonce}") >= LIFE_SECONDS
