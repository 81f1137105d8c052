"""Percentiles are measured values, by nearest rank."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.spread import Spread, nearest_rank, spread

MILLISECOND = 1_000_000


def test_hundred_values() -> None:
    assert Spread(100, 50.0, 90.0, 99.0, 100.0) == spread(n * MILLISECOND for n in range(100, 0, -1))


def test_one_value() -> None:
    assert Spread(1, 3.0, 3.0, 3.0, 3.0) == spread([3 * MILLISECOND])


def test_no_value_is_not_zero() -> None:
    assert Spread(0, None, None, None, None) == spread([])


@given(st.lists(st.integers(0, 10**12), min_size=1), st.floats(0.1, 100))
def test_at_least_that_part_is_not_above(values: list[int], percent: float) -> None:
    ordered = sorted(values)

    found = nearest_rank(ordered, percent)

    assert found in ordered
    assert sum(value <= found for value in ordered) >= math.floor(len(ordered) * percent / 100)
    assert sum(value < found for value in ordered) < max(len(ordered) * percent / 100, 1)
