"""Calls that wait for a server which is still starting, or asks to wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from clients.python import ApiError, Backoff, Unreachable

_LATER = frozenset({429, 502, 503, 504})  # ours, and a balancer's before whom nobody stands yet
T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """What it gives, as soon as it gives something. Raises ApiError where waiting does not help."""
    backoff = Backoff(longest_seconds=5.0)
    while True:
        try:
            return await call()
        except Unreachable:
            wait_seconds = backoff.next_seconds()
        except ApiError as error:
            if error.status not in _LATER:
                raise
            wait_seconds = backoff.next_seconds(error.retry_after_seconds)
        await asyncio.sleep(wait_seconds)
