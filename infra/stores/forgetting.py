"""Forgetting: what a process remembers of people who were erased goes within a moment.

One small query every FORGET_SECONDS beside the work, so that the hot road neither pays for it nor waits. It needs
PostgreSQL alone, where the key is deleted. A process that PostgreSQL does not answer cannot know, and after
BLIND_SECONDS it forgets everybody; until then it goes on, for while PostgreSQL is away nobody is erased either.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from infra.stores.erasures import Erasures
from infra.stores.faults import StoreUnavailable

log = logging.getLogger(__name__)

FORGET_SECONDS = 0.5
ROOM_SECONDS = 10.0  # longer than any statement may take: a key that was read before is put away after this look
BLIND_SECONDS = 60.0


class Memory(Protocol):
    """Something that a process remembers of people."""

    def forget(self, user_ids: Collection[str]) -> None: ...

    def forget_all(self) -> None: ...


class Forgetting:
    """`erased` is told of the same people several times."""

    def __init__(
        self,
        erasures: Erasures,
        memories: Iterable[Memory],
        erased: Callable[[Collection[str]], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._erasures = erasures
        self._memories = tuple(memories)
        self._erased = erased
        self._clock = clock
        self._asked_at = clock()

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Forget who was erased since the last answer."""
        now = self._clock()
        try:
            erased = await self._erasures.changed(now - self._asked_at + ROOM_SECONDS)
        except StoreUnavailable as away:
            log.warning("who was erased is not known: %s", away)
            if now - self._asked_at > BLIND_SECONDS:
                for memory in self._memories:
                    memory.forget_all()
            return
        self._asked_at = now
        if erased:
            for memory in self._memories:
                memory.forget(erased)
            self._erased(erased)
