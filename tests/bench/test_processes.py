"""What /proc says, read right."""

import os
import time

from tests.bench.processes import (
    GENERATOR,
    OTHERS,
    Processes,
    ProcessUse,
    Reading,
    Stat,
    listener_of,
    parse_stat,
    used_between,
)

LINE = (
    "4242 (a (odd) name) S 17 4242 4242 0 -1 4194560 9185 302 8 1 250 50 7 3 20 0 1 0 188 14467072 1203 "
    "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0"
)


def test_stat_with_brackets_in_the_name() -> None:
    assert Stat(parent=17, ticks=250 + 50 + 7 + 3, rss_pages=1203) == parse_stat(LINE)


def test_own_cpu_is_the_generator_s() -> None:
    processes = Processes()
    before = processes.read()
    ends_at = time.process_time() + 0.1
    while time.process_time() < ends_at:
        pass

    used = {use.name: use for use in used_between(before, processes.read(), messages=1000)}

    assert 0.05 <= used[GENERATOR].cpu_seconds <= 0.5
    assert used[GENERATOR].rss_mib > 1


def test_children_count_as_their_root() -> None:
    reading = Processes({os.getppid(): "parent"}).read()

    assert {"parent", GENERATOR, OTHERS} == set(reading.ticks)


def test_a_process_that_ended_is_said() -> None:
    before, after = Reading(0.0, {"kafka": 10}, {"kafka": 1.0}), Reading(1.0, {}, {})

    assert [ProcessUse("kafka", 0.0, 0.0, is_ended=True)] == used_between(before, after)


def test_nobody_listens_at_port_one() -> None:
    assert listener_of(1) is None
