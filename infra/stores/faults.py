"""The one fault that stores raise: they are away for now. Whoever meets it waits with backoff, or answers 503."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from infra.telemetry import metrics

T = TypeVar("T")
log = logging.getLogger(__name__)

BACKOFF_FIRST_SECONDS = 0.05
BACKOFF_LAST_SECONDS = 2.0


class StoreUnavailable(Exception):
    """A store did not answer, or not in time. Nothing is known of what it did."""


async def until_available(work: Callable[[], Awaitable[T]], what: str) -> T:
    """Do idempotent work, again and again while its store is away, with growing pauses. Any other fault goes up."""
    pause = BACKOFF_FIRST_SECONDS
    while True:
        try:
            return await work()
        except StoreUnavailable as away:
            metrics.STORE_WAITS.labels(what).inc()
            log.warning("%s: %s; again in %.2f s", what, away, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, BACKOFF_LAST_SECONDS)


async def available_within(seconds: float, work: Callable[[], Awaitable[T]]) -> T:
    """Do idempotent work, again while its store is away, but not for longer than this. Raises StoreUnavailable."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await work()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(BACKOFF_LAST_SECONDS)
