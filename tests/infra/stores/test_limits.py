"""Limits: each process counts by itself, and all of them together give what one bucket gives."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from infra.stores import limits
from infra.stores.faults import StoreUnavailable
from infra.stores.limits import Bucket, Limit, Rate
from tests.infra.stores.connecting import NOWHERE, new_id
from tests.strategies import pauses

SLOW = Rate(0.001, 100)  # gains nothing worth mentioning while a test runs
DEADLINE_SECONDS = 10


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(limit: Limit, key: str, count: int) -> int:
    """How many of so many calls are within the limit."""
    return [limit.take(key) for _ in range(count)].count(0.0)


async def settled(*some: Limit) -> None:
    for limit in some:
        while limit._due:
            await limit.settle()


@pytest_asyncio.fixture
async def away() -> AsyncIterator[Redis]:
    nowhere = Redis.from_url(f"redis://{NOWHERE}/0")
    yield nowhere
    await nowhere.aclose()


class TestBucket:
    def test_the_burst_at_once_then_the_rate(self) -> None:
        bucket, rate = Bucket(3, 0.0, 0.0), Rate(10, 3)
        assert [0, 0, 0, pytest.approx(0.1)] == [bucket.take(rate, 0.0) for _ in range(4)]
        assert 0 == bucket.take(rate, 0.1 + 1e-9)

    def test_says_when_there_will_be_one(self) -> None:
        bucket, rate = Bucket(1, 0.0, 0.0), Rate(10, 1)
        bucket.take(rate, 0.0)
        assert pytest.approx(0.06) == bucket.take(rate, 0.04)

    def test_never_holds_more_than_the_burst(self) -> None:
        bucket, rate = Bucket(3, 0.0, 0.0), Rate(10, 3)
        assert [True] * 3 + [False] == [bucket.take(rate, 1e6) == 0 for _ in range(4)]

    def test_lowered_to_what_is_left_but_for_what_was_taken_since(self) -> None:
        bucket, rate = Bucket(100, 0.0, 0.0), Rate(1, 100)
        bucket.take(rate, 0.0)
        bucket.lower(10.0, rate, 0.0)
        assert 9 == bucket.tokens

    def test_never_raised(self) -> None:
        bucket, rate = Bucket(3, 0.0, 0.0), Rate(1, 100)
        bucket.lower(50.0, rate, 0.0)
        assert 3 == bucket.tokens

    @given(pauses, st.floats(0.1, 100), st.integers(1, 20))
    def test_never_gives_more_than_burst_and_rate(self, some: list[float], per_second: float, burst: int) -> None:
        bucket, rate, now, count = Bucket(burst, 0.0, 0.0), Rate(per_second, burst), 0.0, 0
        for pause in some:
            now += pause
            count += bucket.take(rate, now) == 0
        assert count <= burst + now * per_second + 1e-6


class TestAlone:
    """While Redis is away."""

    async def test_the_process_keeps_the_limit_by_itself(self, away: Redis) -> None:
        clock = Clock()
        limit = Limit(away, "calls", Rate(2, 3), clock)
        assert [0.0, 0.0, 0.0, 0.5] == [limit.take("a") for _ in range(4)]
        clock.now += 0.5
        assert [0.0, 0.5] == [limit.take("a") for _ in range(2)]

    async def test_keys_do_not_share(self, away: Redis) -> None:
        limit = Limit(away, "calls", Rate(1, 1), Clock())
        assert [0.0, 0.0] == [limit.take("a"), limit.take("b")]

    async def test_bounded_and_fair_in_a_flood_of_keys(self, away: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "BUCKETS_MAX", 100)
        clock = Clock()
        limit = Limit(away, "calls", Rate(0.001, 1), clock)
        for number in range(1000):
            clock.now += 0.01
            limit.take(f"key {number}")
        assert len(limit._buckets) <= 100
        assert limit.take("key 999") > 0

    async def test_nothing_is_owed_for_it(self, away: Redis) -> None:
        limit = Limit(away, "calls", SLOW)
        assert 50 == taken(limit, "a", 50)
        with pytest.raises(StoreUnavailable):
            await limit.settle()
        assert [0, 0] == [limit._buckets["a"].unsettled, len(limit._due)]

    async def test_said_once(
        self, away: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "WINDOW_SECONDS", 0.001)
        limit = Limit(away, "calls", SLOW)
        failed = 0

        async def settle() -> None:
            nonlocal failed
            failed += 1
            await Limit.settle(limit)

        monkeypatch.setattr(limit, "settle", settle)
        with caplog.at_level(logging.WARNING):
            running = asyncio.create_task(limit.run())
            async with asyncio.timeout(DEADLINE_SECONDS):
                while failed < 3:
                    limit.take("a")
                    await asyncio.sleep(0.001)
            running.cancel()
        assert ["calls are limited by this process alone"] == [
            record.getMessage().partition(":")[0] for record in caplog.records
        ]


@pytest.mark.asyncio(loop_scope="session")
class TestTogether:
    """Two processes on one Redis."""

    def pair(self, redis: Redis, rate: Rate) -> Sequence[Limit]:
        return Limit(redis, "calls", rate), Limit(redis, "calls", rate)

    async def test_what_one_gave_the_other_has_not(self, redis: Redis) -> None:
        one, other = self.pair(redis, SLOW)
        key = new_id()
        assert 60 == taken(one, key, 60)
        await settled(one)
        assert 1 == taken(other, key, 1)  # it does not know yet
        await settled(other)
        assert 39 == taken(other, key, 100)
        await settled(other)
        assert 40 == taken(one, key, 40)  # nor does this one
        await settled(one)
        assert [0, 0] == [taken(limit, key, 100) for limit in (one, other)]

    async def test_what_was_given_too_much_is_owed(self, redis: Redis) -> None:
        one, other = self.pair(redis, Rate(0.1, 20))
        key = new_id()
        assert [20, 20] == [taken(limit, key, 20) for limit in (one, other)]
        await settled(one, other)
        assert pytest.approx(210, abs=20) == other.take(key)  # 20 are owed, and one more is wanted

    async def test_all_together_give_what_one_bucket_gives(self, redis: Redis) -> None:
        rate = Rate(200, 20)
        pair = self.pair(redis, rate)
        key = new_id()
        loop = asyncio.get_running_loop()
        began, given_away = loop.time(), 0
        while loop.time() - began < 1.5:
            for limit in pair:
                given_away += taken(limit, key, 3)
            await settled(*pair)
            await asyncio.sleep(0.002)
        seconds = loop.time() - began
        assert given_away <= rate.burst * 2 + seconds * rate.per_second
        assert given_away > rate.burst * 2

    async def test_it_makes_no_difference_how_late_it_is_told(self, redis: Redis) -> None:
        clock = Clock()
        limit = Limit(redis, "calls", Rate(10, 100), clock)
        key = new_id()
        taken(limit, key, 80)
        clock.now += 5  # as if it had been settled only then
        await settled(limit)
        assert pytest.approx(70, abs=1) == limit._buckets[key].tokens

    async def test_a_full_bucket_is_forgotten(self, redis: Redis) -> None:
        limit = Limit(redis, "calls", Rate(2, 10))
        key = new_id()
        taken(limit, key, 6)
        await settled(limit)
        assert 2500 <= await redis.pttl(f"limit:calls:{key}") <= 3010

    async def test_actions_and_keys_do_not_share(self, redis: Redis) -> None:
        key = new_id()
        calls, others = Limit(redis, "calls", SLOW), Limit(redis, "others", SLOW)
        taken(calls, key, 100)
        await settled(calls)
        fresh = Limit(redis, "calls", SLOW)
        for limit, name in ((others, key), (fresh, new_id())):
            limit.take(name)
            limit._due[name] = limit._buckets[name]
            await limit.settle()
        assert [99, 99] == [taken(others, key, 200), sum(taken(fresh, name, 200) for name in list(fresh._buckets))]

    async def test_many_keys_are_settled_in_pieces(self, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "SETTLED_AT_ONCE", 3)
        limit = Limit(redis, "calls", Rate(0.001, 1))
        keys = [new_id() for _ in range(8)]
        for key in keys:
            limit.take(key)
        await settled(limit)
        assert 8 == await redis.exists(*(f"limit:calls:{key}" for key in keys))

    async def test_less_than_a_chunk_is_not_told(self, redis: Redis) -> None:
        limit = Limit(redis, "calls", Rate(0.001, 500))
        key = new_id()
        assert [0.0] * 4 == [limit.take(key) for _ in range(4)]
        assert {} == limit._due
        limit.take(key)
        assert [key] == list(limit._due)

    async def test_settled_in_the_background(self, redis: Redis) -> None:
        one, other = self.pair(redis, SLOW)
        key = new_id()
        running = [asyncio.create_task(limit.run()) for limit in (one, other)]
        taken(one, key, 100)
        other.take(key)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while other.take(key) == 0:  # noqa: ASYNC110 - the process tells nobody when it has settled
                await asyncio.sleep(0.01)
        for task in running:
            task.cancel()
