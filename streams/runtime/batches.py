"""Adaptive batches: while one flush is in flight, runs queue; the next flush takes all that queued, up to a bound.

No timers: nothing waits when idle, much goes together when busy. (`take` and `noack_take` of Faust poll a timer and
double the latency; FACTS.)
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from streams.runtime.records import Run

BATCH_RECORDS_MAX = 1_000
FINISH_SECONDS = 5.0
CANCEL_SECONDS = 1.0

Flush = Callable[[Sequence[Run]], Awaitable[None]]


class Batches:
    """`flush` returns when the work of its runs is durable; then they are acknowledged."""

    def __init__(self, flush: Flush, records_max: int = BATCH_RECORDS_MAX) -> None:
        self._flush = flush
        self._records_max = records_max
        self._queued: deque[Run] = deque()
        self._arrived = asyncio.Event()
        self._in_flight: asyncio.Task[None] | None = None

    def put(self, run: Run) -> None:
        self._queued.append(run)
        self._arrived.set()

    async def work(self) -> None:
        """Flush batch after batch, for ever. A fault of `flush` goes up: it ends the process."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while runs := self._take():
                self._in_flight = asyncio.create_task(self._flush_and_ack(runs))
                await self._finished(self._in_flight)

    async def _finished(self, flush: "asyncio.Task[None]") -> None:
        try:
            await flush
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():  # it is we who are cancelled, not the flush by `drop`
                raise

    async def drop(self) -> None:
        """Forget what is queued and finish what is in flight: the partitions are being taken away.

        If a store is down this gives up: the writes are idempotent, and whoever comes next does them again.
        """
        self._queued.clear()
        if self._in_flight and not self._in_flight.done():
            await asyncio.wait([self._in_flight], timeout=FINISH_SECONDS)
            self._in_flight.cancel()
            await asyncio.wait([self._in_flight], timeout=CANCEL_SECONDS)

    async def _flush_and_ack(self, runs: list[Run]) -> None:
        await self._flush(runs)
        for run in runs:
            run.ack()

    def _take(self) -> list[Run]:
        runs: list[Run] = []
        room = self._records_max
        while self._queued and (not runs or len(self._queued[0].records) <= room):
            run = self._queued.popleft()
            room -= len(run.records)
            runs.append(run)
        return runs
