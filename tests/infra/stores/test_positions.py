"""Positions of views in Redis only ever grow."""

import asyncio

import pytest
from redis.asyncio import Redis

from infra.stores.positions import Positions
from infra.stores.view import View
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


def view() -> View:
    return View(new_id(), 1)


class TestAdvance:
    async def test_only_upward(self, redis: Redis) -> None:
        positions, mine = Positions(redis), view()
        for offsets in ({0: 5, 1: 7}, {0: 4, 1: 9}, {0: 5, 3: 0}):
            await positions.advance(mine, offsets)
        assert {0: 5, 1: 9, 3: 0} == await positions.read(mine)

    async def test_numbers_are_compared_as_numbers(self, redis: Redis) -> None:
        positions, mine = Positions(redis), view()
        for offset in (9, 10, 1_000_000_000_000, 99):
            await positions.advance(mine, {0: offset})
        assert {0: 1_000_000_000_000} == await positions.read(mine)

    async def test_from_many_at_once(self, redis: Redis) -> None:
        positions, mine = Positions(redis), view()
        await asyncio.gather(*(positions.advance(mine, {n % 2: n}) for n in range(50)))
        assert {0: 48, 1: 49} == await positions.read(mine)

    async def test_versions_know_nothing_of_each_other(self, redis: Redis) -> None:
        positions, mine = Positions(redis), view()
        await positions.advance(mine, {0: 5})
        assert {} == await positions.read(View(mine.name, 2))


class TestView:
    async def test_names_are_durable(self) -> None:
        assert "timeline-1" == View("timeline", 1).group
        assert "position:timeline:1" == View("timeline", 1).key
