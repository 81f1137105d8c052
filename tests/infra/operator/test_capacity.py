"""Capacity on paper, held against what was reckoned by hand from the measured figures."""

import pytest

from infra.operator.capacity import Demand, Line, plan


def line(what: str, **demand: float) -> Line:
    made = plan(Demand(**demand))  # type: ignore[arg-type]  # some are whole numbers
    (found,) = [one for one in (*made.load, *made.machines, *made.storage) if one.what == what]
    return found


class TestTheDesign:
    """500 M users: DESIGN, section 11."""

    @pytest.mark.parametrize(
        ("what", "expected"),
        [
            ("messages a day", 5e9),
            ("messages a second, mean", 57_870),  # 5e9 / 86,400
            ("messages a second, peak", 173_611),  # three times
            ("events a second, peak", 520_833),  # each with two receipts
            ("sockets", 50e6),
            ("partitions of commands and of events", 327),  # 520,833 x 313 µs = 163.02 busy cores, at half of one each
            ("conversation agents", 102),  # 520,833 x 97 µs = 50.52, twice
            ("fan-out agents", 73),  # x 70 µs = 36.46
            ("notification agents", 270),  # x 259 µs = 134.9
            ("gateways", 508),  # 50e6 x 0.295 / 10,000 x 1.5 / 15 = 147.5, + 520,833 x 204 µs = 106.25; twice
            ("Redis, by user", 15),  # x 14 µs = 7.29
            ("PostgreSQL shards", 11),  # x 157 µs = 81.8, twice, of 16 cores
            ("Kafka brokers", 199),  # 1,110 TB / 8 / 0.7 = 198.2, more than 6.2 by their cores
            (
                "Cassandra nodes",
                107,
            ),  # x 3 x 544 µs = 850, twice, of 16 cores = 106.25, more than 104.5 by 585 TB / 8 / 0.7
            ("events a day, one copy", 10),  # 5e9 x (1,000 + 2 x 500) B
            ("on the brokers", 1_110),  # 10 TB x 37 days x 3
            ("in Cassandra", 585),  # 5e9 x 1,300 B x 30 days x 3
            ("into the archive, a year", 1_825),  # 5 TB x 365
        ],
    )
    def test_as_by_hand(self, what: str, expected: float) -> None:
        assert expected == pytest.approx(line(what).count, rel=1e-5)


class TestDemand:
    def test_a_small_one_still_needs_one_of_each(self) -> None:
        made = plan(Demand(users=10, replication=1))
        assert {1} == {one.count for one in made.machines}

    def test_no_fewer_nodes_than_copies(self) -> None:
        assert 3 == line("Kafka brokers", users=10).count

    def test_partitions_grow_with_the_peak_alone(self) -> None:
        partitions = "partitions of commands and of events"
        assert 653 == line(partitions, peak_factor=6).count  # twice 326.04, rounded up
        assert 327 == line(partitions, connected_share=1).count

    def test_gateways_grow_with_heartbeats_or_with_memory(self) -> None:
        assert 3_163 == line("gateways", heartbeat_seconds=1.5).count  # (1,475 + 106.25) / 0.5
        # 50e6 x 12.9 KiB = 615 GiB; one of a quarter each
        assert 2_461 == line("gateways", gateway_memory_gib=0.25).count

    def test_all_of_it_is_explained(self) -> None:
        made = plan(Demand())
        assert all(one.why for one in (*made.load, *made.machines, *made.storage))
