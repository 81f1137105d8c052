"""Who is stuck: work at hand that does not move, and nobody who says that he waits for a store."""

import asyncio
import contextvars
import time

import pytest

from streams.runtime import progress as module
from streams.runtime.progress import Progress, progress, saying_so

LONG_AGO = 100.0


def standing(stuck_seconds: float) -> Progress:
    """An account whose work has not moved for long, and whose agent has been silent since."""
    account = Progress(stuck_seconds)
    account.standing_since = account._spoke_at = time.monotonic() - LONG_AGO
    return account


class TestIsStuck:
    def test_not_without_work(self) -> None:
        account = standing(stuck_seconds=1)
        account.standing_since = None
        assert not account.is_stuck()

    def test_not_while_the_work_moves(self) -> None:
        account = standing(stuck_seconds=1)
        account.standing_since = time.monotonic()
        assert not account.is_stuck()

    def test_silent_with_work(self) -> None:
        assert standing(stuck_seconds=1).is_stuck()

    def test_not_when_somebody_waits_for_a_store(self) -> None:
        account = standing(stuck_seconds=1)
        account.touch()
        assert not account.is_stuck()


class TestTouch:
    def test_speaks_for_the_agent_of_the_context_alone(self) -> None:
        stuck, waiting = standing(stuck_seconds=1), standing(stuck_seconds=1)
        context = contextvars.copy_context()
        context.run(waiting.enter)
        context.run(progress.touch)
        assert (stuck.is_stuck(), waiting.is_stuck()) == (True, False)


class TestSayingSo:
    async def test_speaks_as_long_as_it_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "SAY_SECONDS", 0.001)
        account = standing(stuck_seconds=1)
        account.enter()
        work = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(saying_so(work))
        await asyncio.sleep(0)
        account._spoke_at = 0
        async with asyncio.timeout(5):
            while not account._spoke_at:  # noqa: ASYNC110 — an account is touched from any thread; it wakes nobody
                await asyncio.sleep(0)
        work.set_result(7)
        assert await waiting == 7

    async def test_cancelled_with_who_waits(self) -> None:
        work = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(saying_so(work))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert work.cancelled()
