"""Liveness of an agent: its oldest run gets acknowledged, or it says that it waits for a store; else it is stuck.

Faust can hang after a rebalance (#175, #523, #532, #640): the reader's thread, which does not depend on the event
loop, ends such a process, and its supervisor starts it again. Each agent of a process has an account of its own, found
through its context: the idle one must not vouch for the stuck one.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import TypeVar

STUCK_EXIT_CODE = 70
SAY_SECONDS = 5.0

T = TypeVar("T")


class Progress:
    """One agent's account. Touched from any thread."""

    def __init__(self, stuck_seconds: float = 60.0) -> None:
        self._stuck_seconds = stuck_seconds
        self._spoke_at = time.monotonic()
        self.standing_since: float | None = None
        """Since when the work at hand has not moved; None if there is none."""

    def touch(self) -> None:
        """Somebody says that he waits for a store that is away."""
        self._spoke_at = time.monotonic()

    def is_stuck(self) -> bool:
        since = self.standing_since
        return since is not None and time.monotonic() - max(since, self._spoke_at) > self._stuck_seconds

    def enter(self) -> None:
        """From now on `progress` means this account, in this context."""
        _current.set(self)


_current: ContextVar[Progress] = ContextVar("progress", default=Progress())  # noqa: B039 — shared on purpose


class _Current:
    """The account of the agent on whose behalf the code runs."""

    def touch(self) -> None:
        _current.get().touch()


progress = _Current()


async def saying_so(work: Awaitable[T]) -> T:
    """Wait for something that a store may hold up for longer than one who is stuck is left alone."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            progress.touch()
            await asyncio.wait({task}, timeout=SAY_SECONDS)
    finally:
        task.cancel()
    return task.result()
