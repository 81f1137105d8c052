"""Several records at once, for work that takes seconds each and in no order: a run is acknowledged when all of its are
done. Commits stay in order (ledger.py), so what stands behind a slow one may come again after a crash."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from streams.runtime.records import Record, Run

FINISH_SECONDS = 5.0
CANCEL_SECONDS = 5.0

Handle = Callable[[Record], Awaitable[None]]


class Several:
    """`handle` returns when a record's work is durable; it may be cancelled. A fault of it ends the process."""

    def __init__(self, handle: Handle, at_once_max: int) -> None:
        self._handle = handle
        self._room = asyncio.Semaphore(at_once_max)
        self._queued: deque[Run] = deque()
        self._arrived = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._epoch = 0

    def put(self, run: Run) -> None:
        self._queued.append(run)
        self._arrived.set()

    async def work(self) -> None:
        """For ever. Raises what `handle` raises."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._queued:
                    await self._begin(group, self._queued.popleft())

    async def drop(self) -> None:
        """The partitions are being taken away: forget what is queued, give what is under way a moment, cancel it."""
        self._epoch += 1
        self._queued.clear()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)
        for task in tuple(self._under_way):
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CANCEL_SECONDS)

    async def _begin(self, group: asyncio.TaskGroup, run: Run) -> None:
        epoch, left = self._epoch, len(run.records)

        async def handled(record: Record) -> None:
            nonlocal left
            try:
                await self._handle(record)
            finally:
                self._room.release()
            left -= 1
            if not left:
                run.ack()

        for record in run.records:
            await self._room.acquire()
            if epoch != self._epoch:
                self._room.release()
                return
            task = group.create_task(handled(record))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
