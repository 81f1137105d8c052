"""A look that many share: who asks while one is under way gets the next, so every answer is newer than its question."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedLook(Generic[T]):
    def __init__(self, look: Callable[[], Awaitable[T]]) -> None:
        self._look = look
        self._current: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """The answer of a look that began after this call."""
        if self._current is None or self._current.done():
            task = self._current = asyncio.create_task(self._begin(None))
        elif self._next is None or self._next.done():
            task = self._next = asyncio.create_task(self._begin(self._current))
        else:
            task = self._next
        return await asyncio.shield(task)

    async def _begin(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
            self._current, self._next = self._next, None
        return await self._look()
