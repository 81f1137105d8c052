"""Processes that fold spans of the log into a version of a view: each has some partitions, and reads them in order.

They end when they are done, when a store was away for too long, or when the process that began them is gone: what is
folded stays, noted in PostgreSQL, and folding some of it again changes nothing.
"""

import asyncio
import math
import multiprocessing
import os
import pickle
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from infra.operator.loop import run
from infra.operator.rebuilds import yielding
from infra.stores.faults import StoreUnavailable, available_within
from infra.stores.log_reading import Keep, LogReader, RangeGone, Record, Span
from infra.stores.postgres import Postgres
from infra.stores.projections import Progress, Projections, Scope, Version
from infra.stores.settings import StoreSettings
from streams.projections import PROJECTORS
from streams.runtime.views import Projection

BATCH_RECORDS = 2_000
AWAY_SECONDS = 30.0
NOTED_SECONDS = 0.5
BITE_SECONDS = 0.1
BITE_LEAST = 100
GONE_EXIT_CODE = 3

T = TypeVar("T")
_spawn = multiprocessing.get_context("spawn")  # a fork would share connections and threads


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker folds. `first_offsets`: per partition, where the version begins."""

    version: Version
    spans: Sequence[Span]
    first_offsets: Mapping[int, int]


class Workers:
    """`folded`: per partition, the offset before which all is folded by now."""

    def __init__(self, tasks: Sequence[Task], folded: Mapping[int, int], rate: float) -> None:
        self._rate = _spawn.Value("d", rate)
        self._folded = {partition: _spawn.Value("q", offset) for partition, offset in folded.items()}
        self._faults = _spawn.SimpleQueue()
        self._processes: list[BaseProcess] = [
            _spawn.Process(
                target=yielding.run,
                args=(pickle.dumps(partial(_work, task, os.getpid())), self._rate, self._folded, self._faults),
                daemon=True,
            )
            for task in tasks
        ]
        self._count = max(1, len(tasks))
        for process in self._processes:
            process.start()

    @property
    def is_done(self) -> bool:
        return all(process.exitcode == 0 for process in self._processes)

    @property
    def fault(self) -> str | None:
        """Why one ended before it was done."""
        ended = [one.exitcode for one in self._processes if one.exitcode not in {None, 0}]
        if not ended:
            return None
        return str(self._faults.get()) if not self._faults.empty() else f"a worker ended with code {ended[0]}"

    def folded(self) -> Mapping[int, int]:
        return {partition: value.value for partition, value in self._folded.items()}

    def allow(self, rate: float) -> None:
        """So many events a second, over all."""
        self._rate.value = rate / self._count

    def end(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def shared_out(tasks: Task, count: int) -> list[Task]:
    """A task as that of at most so many workers: the longest spans first, each to who has least."""
    heaps: list[list[Span]] = [[] for _ in range(count)]
    for span in sorted(tasks.spans, key=len, reverse=True):
        min(heaps, key=lambda heap: sum(map(len, heap))).append(span)
    return [Task(tasks.version, heap, tasks.first_offsets) for heap in heaps if heap]


def keep_of(scope: Scope) -> Keep | None:
    """Which records a version with this scope is made of, None for all."""
    if scope.conversation_id is None:
        return None
    wanted = scope.conversation_id.encode()
    return lambda key, _: key == wanted


def _work(task: Task, parent: int, rate: Any, folded: Mapping[int, Any], faults: Any) -> None:
    try:
        run(_Work(task, rate, folded, parent).run())
    except (StoreUnavailable, RangeGone) as gone:
        faults.put(str(gone))
        os._exit(GONE_EXIT_CODE)


class _Work:
    def __init__(self, task: Task, rate: Any, folded: Mapping[int, Any], parent: int) -> None:
        self._task = task
        self._rate = rate
        self._folded = folded
        self._parent = parent
        self._keep = keep_of(Scope.parse(task.version.scope))
        self._ahead_until = time.monotonic()

    async def run(self) -> None:
        settings = StoreSettings()
        projector = PROJECTORS[self._task.version.name]
        connect = projector.connect_rebuild or projector.connect
        projection = await connect(settings, self._task.version.version)
        postgres = await Postgres.connect(settings)
        try:
            for span in self._task.spans:
                await self._fold(span, projection, Projections(postgres), LogReader(settings.kafka_bootstrap))
        finally:
            await projection.close()
            await postgres.close()

    async def _fold(self, span: Span, projection: Projection, projections: Projections, reader: LogReader) -> None:
        first, noted_at = self._task.first_offsets[span.partition], time.monotonic()

        async def note(offset: int) -> None:
            progress = Progress(first, offset)
            await available_within(
                AWAY_SECONDS, lambda: projections.advance(self._task.version, span.partition, progress)
            )

        runs = reader.runs(span, self._keep)
        coming = asyncio.create_task(asyncio.to_thread(_next, runs))
        while (run := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(_next, runs))  # read while the last is folded
            for bite in self._bites(run):
                await self._fold_batch(bite, projection)
                self._folded[span.partition].value = bite[-1].offset + 1
            if run and time.monotonic() > noted_at + NOTED_SECONDS:
                await note(run[-1].offset + 1)
                noted_at = time.monotonic()
        await note(span.end)
        self._folded[span.partition].value = span.end

    def _bites(self, run: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """The run in parts, the smaller the slower we go: what is written at once, people wait behind."""
        start = 0
        while start < len(run):
            count = max(BITE_LEAST, int(min(BATCH_RECORDS, self._rate.value * BITE_SECONDS)))
            yield run[start : start + count]
            start += count

    async def _fold_batch(self, records: Sequence[Record], projection: Projection) -> None:
        if os.getppid() != self._parent:
            os._exit(GONE_EXIT_CODE)
        await self._keep_pace(len(records))
        await available_within(AWAY_SECONDS, lambda: projection.fold(records))

    async def _keep_pace(self, count: int) -> None:
        rate = self._rate.value
        if math.isinf(rate):
            return
        now = time.monotonic()
        self._ahead_until = max(self._ahead_until, now) + count / rate
        await asyncio.sleep(max(0.0, self._ahead_until - now - count / rate))


def _next(runs: Iterator[list[Record]]) -> list[Record] | None:
    return next(runs, None)
