"""What an operator sees at a glance, from what processes told now and a while ago."""

import pytest

from infra.operator.glance import Glance, Stage, glance, percentile
from infra.operator.scraping import Sample, Scrape, parse

INF = float("inf")


def said(text: str, at: float, name: str = "conversation") -> Scrape:
    return Scrape(name, f"{name}:1", at, parse(text))


def seen(then: str, now: str) -> Glance:
    """Ten seconds lie between."""
    return glance([said(then, 100)], [said(now, 110)], wall_seconds=1_000)


class TestProcesses:
    def test_up(self) -> None:
        before, after = "process_cpu_seconds_total 1\n", "process_cpu_seconds_total 3\nprocess_start_time_seconds 940\n"
        (process,) = seen(before, after + "process_resident_memory_bytes 104857600\n").processes
        assert (True, 60, 0.2, 100) == (process.is_up, process.uptime_seconds, process.cpu, process.memory_mib)

    def test_down(self) -> None:
        scrape = Scrape("api", "api:1", 110, None, "refused")
        found = glance([], [scrape], wall_seconds=0)
        assert ["api"] == found.down
        assert "refused" == found.processes[0].note

    def test_notes(self) -> None:
        text = (
            'backchannel_agent_stuck{group="inbox-2"} 1\nbackchannel_agent_ready{group="timeline-1"} 0\n'
            'backchannel_partitions_stopped{group="conversation"} 2\n'
            'backchannel_process_previous_end{cause="SecondWriter"} 1\n'
        )
        expected = "inbox-2 is stuck, timeline-1 is not ready, 2 partitions stand, ended by SecondWriter before"
        assert expected == seen("", text).processes[0].note


class TestRates:
    def test_by_the_second(self) -> None:
        count = 'backchannel_events_total{{type="MessageSent"}} {}\nbackchannel_events_total{{type="BlockSet"}} {}\n'
        rates = seen(count.format(100, 5), count.format(150, 15)).rates
        assert (5, 6, 0) == (rates["messages"], rates["events"], rates["refusals"])

    def test_of_a_process_that_began_anew(self) -> None:
        count = 'backchannel_events_total{{type="MessageSent"}} {}\n'
        assert 2 == seen(count.format(1_000), count.format(20)).rates["messages"]

    def test_none_on_the_first_look(self) -> None:
        now = said('backchannel_events_total{type="MessageSent"} 7\n', 110)
        assert {0.0} == set(glance([], [now], wall_seconds=0).rates.values())


class TestStages:
    def test_within_the_time_between_alone(self) -> None:
        count = (
            'backchannel_stage_seconds_bucket{{stage="decide",le="0.01"}} {0}\n'
            'backchannel_stage_seconds_bucket{{stage="decide",le="+Inf"}} {0}\n'
            'backchannel_stage_seconds_count{{stage="decide"}} {0}\n'
        )
        stages = {one.name: one for one in seen(count.format(1_000), count.format(1_100)).stages}
        assert Stage("command to event", 10, 5.0, 9.0, 9.9) == stages["command to event"]
        assert stages["event to socket"].p50_ms is None

    def test_views_are_named(self) -> None:
        count = 'backchannel_handled_seconds_count{group="inbox-2"} 1\n'
        assert "event to inbox-2" in [one.name for one in seen(count, count).stages]


class TestPercentile:
    @pytest.mark.parametrize(
        ("buckets", "expected"),
        [
            ({0.1: 0, 0.2: 10, INF: 10}, 150),  # evenly within the bucket
            ({0.1: 4, 0.2: 5, INF: 10}, 200),  # beyond the last bound nothing is known
            ({0.1: 10, INF: 10}, 50),
            ({0.1: 0, INF: 0}, None),
            ({}, None),
        ],
    )
    def test_median(self, buckets: dict[float, float], expected: float | None) -> None:
        assert expected == percentile(buckets, 0.5)


class TestLags:
    def test_by_the_furthest_end_that_anybody_knows(self) -> None:
        place = 'topic="e",partition="{}"'
        blind = [
            Sample("backchannel_log_end_offset", {"topic": "e", "partition": "0"}, 5),
            Sample("backchannel_handled_offset", {"group": "inbox-2", "topic": "e", "partition": "0"}, 5),
            Sample("backchannel_lag_seconds", {"group": "inbox-2", "topic": "e", "partition": "0"}, 0),
        ]
        knows = f"backchannel_log_end_offset{{{place.format(0)}}} 45\n"
        (lag,) = glance([], [Scrape("views", "", 1, blind), said(knows, 1)], wall_seconds=0).lags
        assert ("inbox-2", {"0": 40}) == (lag.group, lag.records)
