"""A token bucket never gives more than its burst and its rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits import TokenBucket
from tests.strategies import pauses


class TestTake:
    def test_the_burst_at_once(self) -> None:
        bucket = TokenBucket(10, 3, 3, 0.0)
        assert [0, 0, 0, pytest.approx(0.1)] == [bucket.take(0.0) for _ in range(4)]

    def test_one_more_when_it_said(self) -> None:
        bucket = TokenBucket(10, 1, 1, 0.0)
        bucket.take(0.0)
        wait = bucket.take(0.04)
        assert pytest.approx(0.06) == wait
        assert 0 == bucket.take(0.04 + wait + 1e-9)

    def test_never_holds_more_than_the_burst(self) -> None:
        bucket = TokenBucket(10, 3, 3, 0.0)
        assert [True] * 3 + [False] == [bucket.take(1e6) == 0 for _ in range(4)]

    @given(pauses, st.floats(0.1, 100), st.integers(1, 20))
    def test_never_gives_more_than_burst_and_rate(self, some: list[float], per_second: float, burst: int) -> None:
        bucket, now, taken = TokenBucket(per_second, burst, burst, 0.0), 0.0, 0
        for pause in some:
            now += pause
            taken += bucket.take(now) == 0
        assert taken <= burst + now * per_second + 1e-6
