"""Ending tasks that speak to stores: one cancellation is not always enough."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 0.5


async def end(tasks: Iterable["asyncio.Task[Any]"], again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel tasks until all have ended; their faults are left to who asks them for their results.

    Python 3.11's `wait_for`, within the drivers, swallows a cancellation that meets the end of what it waits for: a
    task that works for ever then goes on, and who awaited it stood still.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again_seconds)
