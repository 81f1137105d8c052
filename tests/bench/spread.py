"""Percentiles: how a list of times is told in five numbers."""

import math
from collections.abc import Iterable, Sequence

import msgspec

NANOSECONDS_PER_MILLISECOND = 1_000_000


class Spread(msgspec.Struct, frozen=True):
    """Of nothing there is no percentile: None, not zero."""

    count: int
    p50_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None


def nearest_rank(ordered: Sequence[int], percent: float) -> int:
    """The smallest value that `percent` of all values do not exceed: always one that was measured."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def spread(durations_ns: Iterable[int]) -> Spread:
    ordered = sorted(durations_ns)
    if not ordered:
        return Spread(0)
    p50, p90, p99 = (_milliseconds(nearest_rank(ordered, percent)) for percent in (50, 90, 99))
    return Spread(len(ordered), p50, p90, p99, _milliseconds(ordered[-1]))


def _milliseconds(nanoseconds: int) -> float:
    return round(nanoseconds / NANOSECONDS_PER_MILLISECOND, 3)
