"""Messages are sent when they are due, all of them, and none early."""

import asyncio
import time

import pytest

from tests.bench.schedule import Schedule


@pytest.mark.asyncio
async def test_none_is_early_and_none_left_out() -> None:
    sent_ns: list[int] = []
    schedule = Schedule(1000, 50, lambda: sent_ns.append(time.monotonic_ns()))

    await asyncio.wait_for(schedule.run(), 10)

    assert len(sent_ns) == 50
    assert all(sent >= schedule.due_ns(number) for number, sent in enumerate(sent_ns))


@pytest.mark.asyncio
async def test_a_stall_is_caught_up() -> None:
    sent_ns: list[int] = []

    def send() -> None:
        sent_ns.append(time.monotonic_ns())
        if len(sent_ns) == 5:
            time.sleep(0.05)  # blocks the loop on purpose: the stall is what is tested

    schedule = Schedule(1000, 100, send)

    await asyncio.wait_for(schedule.run(), 10)

    assert len(sent_ns) == 100
    assert sent_ns[5] - schedule.due_ns(5) >= 40_000_000


@pytest.mark.asyncio
async def test_due_times_follow_the_rate() -> None:
    schedule = Schedule(500, 3, lambda: None)

    await schedule.run()

    assert [schedule.due_ns(number) - schedule.started_ns for number in range(3)] == [0, 2_000_000, 4_000_000]
