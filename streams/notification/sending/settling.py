"""What became of an attempt, into the log and then into the table: many at once, while the last are being written."""

import asyncio
from collections import deque
from collections.abc import Sequence

from infra.stores.faults import until_available
from infra.stores.log import Appender
from infra.stores.push_tokens import PushTokens
from infra.stores.pushes import Pushes
from schemas.notifications import TokenRetired
from streams.notification.appending import append_outcome
from streams.notification.sending.counting import count
from streams.notification.sending.outcomes import Settlement
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress

AT_ONCE_MAX = 500


class Settling:
    def __init__(self, appender: Appender, tokens: PushTokens, pushes: Pushes, source: str) -> None:
        self._appender = appender
        self._tokens = tokens
        self._pushes = pushes
        self._source = source
        self._queued: deque[tuple[Settlement, asyncio.Future[None]]] = deque()
        self._arrived = asyncio.Event()

    async def settle(self, settlement: Settlement) -> None:
        """Done when it is durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queued.append((settlement, done))
        self._arrived.set()
        await done

    async def work(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queued:
                some = [self._queued.popleft() for _ in range(min(AT_ONCE_MAX, len(self._queued)))]
                await self._write([settlement for settlement, _ in some])
                for _, done in some:
                    done.set_result(None)

    async def _write(self, settlements: Sequence[Settlement]) -> None:
        """The log first: an outcome that is told twice is harmless, one that nobody is told is not."""
        outcomes = [outcome for one in settlements for outcome in one.outcomes]
        await asyncio.gather(*(append_outcome(self._appender, one, self._source) for one in outcomes))
        if outcomes:
            fault_point("push-told")
            count(outcomes)
        for outcome in outcomes:
            if isinstance(outcome, TokenRetired):
                await until_available(lambda one=outcome: self._retire(one), "push tokens")  # type: ignore[misc]
        await until_available(lambda: self._settle(settlements), "pushes")

    async def _retire(self, retired: TokenRetired) -> None:
        progress.touch()
        await self._tokens.retire(retired.device_id, retired.token_hash)

    async def _settle(self, settlements: Sequence[Settlement]) -> None:
        progress.touch()
        await self._pushes.settle([one.settled for one in settlements])
