"""What is seen of agents: how long records took, and how far behind they are; of none that is gone."""

import time

from prometheus_client import REGISTRY

from streams.runtime.agents import Running, faust_app
from streams.runtime.observing import Observing, show_standings
from streams.runtime.settings import StreamSettings
from streams.runtime.transport import Standing
from tests.builders import record, sent
from tests.streams.runtime.listener import Listener, no_fault

PLACE = {"group": "listener", "topic": "t", "partition": "3"}


class Standings:
    """In place of a Faust consumer: what it knows of its partitions."""

    def __init__(self, *standings: Standing) -> None:
        self.standings = lambda: list(standings)


def running(*standings: Standing) -> Running:
    one = faust_app(Listener(), StreamSettings(), no_fault)
    one.is_ready = True
    one.app.consumer = Standings(*standings)
    return one


def shown(metric: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, labels)


class TestAcked:
    def test_each_record_is_timed_when_the_run_is(self) -> None:
        acks: list[int] = []
        records = [record(sent(seq), seq) for seq in (1, 2)]
        noted = Observing("of-a-test").acked(records, lambda: acks.append(1))
        assert 0 == shown("backchannel_handled_seconds_count", group="of-a-test")
        noted()
        assert [1] == acks
        assert 2 == shown("backchannel_handled_seconds_count", group="of-a-test")


class TestStandings:
    async def test_lag(self) -> None:
        show_standings([running(Standing("t", 3, 10, 25, round(time.time() * 1000) - 2_000))])
        assert 25 == shown("backchannel_log_end_offset", topic="t", partition="3")
        assert (10, 15) == (shown("backchannel_handled_offset", **PLACE), shown("backchannel_lag_records", **PLACE))
        assert 2 <= (shown("backchannel_lag_seconds", **PLACE) or 0) < 10

    async def test_no_age_without_a_record_at_hand(self) -> None:
        show_standings([running(Standing("t", 3, 10, 10, None))])
        assert (0, 0) == (shown("backchannel_lag_records", **PLACE), shown("backchannel_lag_seconds", **PLACE))

    async def test_nothing_of_what_was_taken_away(self) -> None:
        show_standings([running(Standing("t", 3, 10, 10, None))])
        show_standings([running()])
        assert (None, 1) == (
            shown("backchannel_lag_records", **PLACE),
            shown("backchannel_agent_ready", group="listener"),
        )
        show_standings([])
        assert shown("backchannel_agent_ready", group="listener") is None

    async def test_nothing_before_the_partitions_are_there(self) -> None:
        one = running(Standing("t", 3, 10, 10, None))
        one.is_ready = False
        show_standings([one])
        assert (None, 0) == (
            shown("backchannel_lag_records", **PLACE),
            shown("backchannel_agent_ready", group="listener"),
        )
