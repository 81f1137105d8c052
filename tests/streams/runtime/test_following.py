"""Following a topic as a whole: from near its end, then whatever comes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from infra.stores.faults import StoreUnavailable
from schemas.topics import HOUR_MS, Topic
from streams.runtime import following as module
from streams.runtime.following import Following
from tests.streams.runtime.workers import Group

PATIENCE_SECONDS = 20.0


def topic(name: str) -> Topic:
    return Topic(name, "nothing", (), 1, HOUR_MS)


@pytest.fixture
async def following(group: Group, bootstrap: str) -> AsyncIterator[Following]:
    group.produce(100, partition=0)
    following = Following(bootstrap, topic(group.name))
    yield following
    await following.close()


async def take(following: Following, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for chunk in following.chunks():
            found += [record.offset for record in chunk]
            if len(found) >= count:
                return found
    return found


class TestChunks:
    @pytest.mark.parametrize(("records_back", "first"), [(10, 90), (100, 0), (1_000, 0)])
    async def test_from_near_the_end(self, following: Following, records_back: int, first: int) -> None:
        await following.open(records_back)
        assert list(range(first, 100)) == await take(following, 100 - first)

    async def test_what_comes_later_too(self, following: Following, group: Group) -> None:
        await following.open(0)
        group.produce(5, partition=0)
        assert list(range(100, 105)) == await take(following, 5)


class TestCaughtUp:
    async def test_once_all_was_taken(self, following: Following) -> None:
        await following.open(10)
        waiting = asyncio.create_task(following.caught_up())
        reading = asyncio.create_task(take(following, 1 << 30))
        await asyncio.wait_for(waiting, PATIENCE_SECONDS)
        assert 100 == following.position
        reading.cancel()
        await asyncio.wait([reading])

    async def test_the_broker_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "BROKER_ANSWER_SECONDS", 0.2)
        away = Following("127.0.0.1:1", topic("nothing"))
        with pytest.raises(StoreUnavailable):
            await away.open(0)
        await away.close()
