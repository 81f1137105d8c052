"""Views are fresh once they have passed the log's present ends: by Redis, or by what their groups committed."""

import asyncio
from collections.abc import Mapping

import pytest
from confluent_kafka import Consumer, TopicPartition
from redis.asyncio import Redis

from gateway import freshness
from gateway.freshness import Freshness
from gateway.settings import GatewaySettings
from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.positions import Positions
from infra.stores.view import View
from tests.infra.stores.connecting import NOWHERE, TEST_TOPIC, new_id, redis_of

PATIENCE_SECONDS = 20.0
SOON_SECONDS = 0.1


class House:
    """The log and the views' positions, as a gateway looks at them."""

    def __init__(self, settings: GatewaySettings, redis: Redis) -> None:
        self._bootstrap = settings.kafka_bootstrap
        self._ends = LogEnds(self._bootstrap)
        self._positions = Positions(redis)
        self.views = (View(new_id(), 1), View(new_id(), 1))
        self.freshness = Freshness(self._ends, self._positions, lambda: self.views)

    async def something_happens(self) -> Mapping[int, int]:
        """A record comes; the log's ends after it."""
        appender = Appender(self._bootstrap, "test")
        await appender.append(TEST_TOPIC.name, b"{}", partition=1)
        return await self._ends.ends(TEST_TOPIC)

    async def folded(self, view: View, ends: Mapping[int, int]) -> None:
        await self._positions.advance(view, ends)

    async def committed(self, view: View, ends: Mapping[int, int]) -> None:
        await asyncio.to_thread(_commit, self._bootstrap, view.group, ends)


def _commit(bootstrap: str, group: str, ends: Mapping[int, int]) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    places = [TopicPartition(TEST_TOPIC.name, number, offset) for number, offset in ends.items()]
    consumer.commit(offsets=places, asynchronous=False)
    consumer.close()


@pytest.fixture
async def house(settings: GatewaySettings, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> House:
    """Its views are two that no agent folds, of a log that no agent reads."""
    monkeypatch.setattr(freshness, "CONVERSATION_EVENTS", TEST_TOPIC)
    made = House(settings, redis)
    await made.something_happens()
    return made


class TestWait:
    async def test_fresh_when_both_views_passed_the_ends(self, house: House) -> None:
        ends = await house.something_happens()
        for view in house.views:
            await house.folded(view, ends)
        assert await house.freshness.wait(PATIENCE_SECONDS)

    async def test_behind_when_one_has_not(self, house: House) -> None:
        before = await house.something_happens()
        ends = await house.something_happens()
        await house.folded(house.views[0], ends)
        await house.folded(house.views[1], before)
        assert not await house.freshness.wait(SOON_SECONDS)

    async def test_behind_when_redis_and_the_groups_know_nothing(self, house: House) -> None:
        assert not await house.freshness.wait(SOON_SECONDS)

    async def test_fresh_once_they_catch_up(self, house: House) -> None:
        ends = await house.something_happens()
        waiting = asyncio.create_task(house.freshness.wait(PATIENCE_SECONDS))
        await house.folded(house.views[0], ends)
        await house.folded(house.views[1], ends)
        assert await waiting

    async def test_only_what_was_there_when_one_asked_counts(self, house: House) -> None:
        ends = await house.something_happens()
        for view in house.views:
            await house.folded(view, ends)
        waiting = asyncio.create_task(house.freshness.wait(PATIENCE_SECONDS))
        assert await waiting
        await house.something_happens()
        assert not await house.freshness.wait(SOON_SECONDS)

    async def test_fresh_by_committed_offsets_when_redis_was_flushed(self, house: House) -> None:
        ends = await house.something_happens()
        for view in house.views:
            await house.committed(view, ends)
        assert await house.freshness.wait(PATIENCE_SECONDS)

    async def test_many_at_once(self, house: House) -> None:
        ends = await house.something_happens()
        for view in house.views:
            await house.folded(view, ends)
        assert [True] * 200 == await asyncio.gather(*(house.freshness.wait(PATIENCE_SECONDS) for _ in range(200)))

    async def test_unavailable_without_redis(self, settings: GatewaySettings) -> None:
        nowhere = settings.model_copy(update={"redis_url": f"redis://{NOWHERE}/0"})
        async with redis_of(nowhere) as redis:
            with pytest.raises(StoreUnavailable):
                await House(settings, redis).freshness.wait(PATIENCE_SECONDS)
