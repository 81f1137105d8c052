"""Histograms of the hot road: what they count is what Prometheus' own would."""

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from infra.telemetry.latencies import BUCKETS_SECONDS, Latencies

SECONDS = (0.0005, 0.001, 0.0011, 0.3, 4.0, 1000.0)


def samples(registry: CollectorRegistry) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(generate_latest(registry).decode())
    found = (sample for family in families for sample in family.samples)
    return {(one.name, one.labels.get("le", "")): one.value for one in found if not one.name.endswith("_created")}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


class TestLatencies:
    def test_as_prometheus_counts(self, registry: CollectorRegistry) -> None:
        theirs = CollectorRegistry()
        library = Histogram("x_seconds", "X.", ["stage"], buckets=BUCKETS_SECONDS, registry=theirs).labels("a")
        ours = Latencies("x_seconds", "X.", "stage", registry).of("a")
        for seconds in SECONDS:
            library.observe(seconds)
            ours.add(seconds)
        found, expected = samples(registry), samples(theirs)
        assert expected.keys() == found.keys()
        assert expected == pytest.approx(found)

    def test_nothing_is_shown_before_it_is_asked_for(self, registry: CollectorRegistry) -> None:
        latencies = Latencies("x_seconds", "X.", "stage", registry)
        assert {} == samples(registry)
        assert latencies.of("a") is latencies.of("a")
        assert 0 == samples(registry)["x_seconds_count", ""]

    def test_of_times_that_end_now(self, registry: CollectorRegistry) -> None:
        Latencies("x_seconds", "X.", "stage", registry).of("a").add_since((1_000, 1_500, 2_000), 2_000)
        found = samples(registry)
        assert (3, 1.5) == (found["x_seconds_count", ""], found["x_seconds_sum", ""])
        assert [1, 2, 3] == [found["x_seconds_bucket", bound] for bound in ("0.001", "0.5", "1.0")]

    def test_a_clock_that_is_behind_makes_no_sum_fall(self, registry: CollectorRegistry) -> None:
        Latencies("x_seconds", "X.", "stage", registry).of("a").add(-3)
        assert (1, 0) == (samples(registry)["x_seconds_count", ""], samples(registry)["x_seconds_sum", ""])
