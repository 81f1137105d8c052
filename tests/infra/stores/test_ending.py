"""A task is ended also when its first cancellation was swallowed."""

import asyncio
from contextlib import suppress

from infra.stores.ending import end

FOR_EVER_SECONDS = 3_600
AGAIN_SECONDS = 0.01


async def _swallowing(count: int) -> None:
    """Works for ever, and loses so many cancellations."""
    for _ in range(count):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(FOR_EVER_SECONDS)
    await asyncio.sleep(FOR_EVER_SECONDS)


async def _failing() -> None:
    try:
        await asyncio.sleep(FOR_EVER_SECONDS)
    finally:
        raise OSError


class TestEnd:
    async def test_all_have_ended(self) -> None:
        tasks = [asyncio.create_task(_swallowing(count)) for count in range(3)]
        await asyncio.sleep(0)
        await end(tasks, AGAIN_SECONDS)
        assert all(task.cancelled() for task in tasks)

    async def test_a_fault_stays_with_its_task(self) -> None:
        task = asyncio.create_task(_failing())
        await asyncio.sleep(0)
        await end([task], AGAIN_SECONDS)
        assert isinstance(task.exception(), OSError)

    async def test_of_none(self) -> None:
        await end([])
