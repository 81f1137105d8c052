"""Memory is bounded: no process of ours is ever large, and in a long run none goes on growing."""

from collections.abc import Iterator, Sequence
from statistics import median

from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Weighed

MIB_MAX = 600.0
LONG_SECONDS = 600.0
"""Shorter runs say nothing about growth: caches fill, and each process was killed a moment ago."""
GROWTH_FACTOR, GROWTH_MIB = 1.5, 64.0


def check(history: History, _: Evidence) -> Iterator[str]:
    samples = list(history.of(Weighed))
    names = {name for one in samples for name in one.mib}
    for name in sorted(names):
        sizes = [one.mib[name] for one in samples if name in one.mib]
        if max(sizes) > MIB_MAX:
            yield f"{name} had {max(sizes):.0f} MiB"
        if samples[-1].at - samples[0].at >= LONG_SECONDS and _grows(sizes):
            yield f"{name} grew from {median(_quarter(sizes, 1)):.0f} to {median(_quarter(sizes, 3)):.0f} MiB"


def _grows(sizes: Sequence[float]) -> bool:
    return median(_quarter(sizes, 3)) > GROWTH_FACTOR * median(_quarter(sizes, 1)) + GROWTH_MIB


def _quarter(sizes: Sequence[float], number: int) -> Sequence[float]:
    size = max(1, len(sizes) // 4)
    return sizes[number * size : (number + 1) * size] or sizes[-1:]
