"""Publishes how far a view has come, beside its work: a Redis that is away never holds a view up."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from infra.stores.faults import StoreUnavailable
from infra.stores.positions import Positions
from infra.stores.view import View
from streams.runtime.records import Run

log = logging.getLogger(__name__)

AGAIN_SECONDS = 0.5
FINISH_SECONDS = 1.0


def ends_of(runs: Sequence[Run]) -> dict[int, int]:
    """Per partition, the offset after its last record."""
    return {run.partition: run.records[-1].offset + 1 for run in runs}


def starts_of(runs: Sequence[Run]) -> dict[int, int]:
    """Per partition, the offset of its first record."""
    starts: dict[int, int] = {}
    for run in runs:
        starts.setdefault(run.partition, run.records[0].offset)
    return starts


class PositionPublisher:
    """Publishes the newest positions as soon as it can; while one write is in flight, newer ones replace the next."""

    def __init__(self, positions: Positions, view: View) -> None:
        self._positions = positions
        self._view = view
        self._due: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    def publish(self, offsets: Mapping[int, int]) -> None:
        self._due.update(offsets)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._publish())

    async def finish(self) -> None:
        """Wait a moment until all is published; while Redis is away it goes on afterwards."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FINISH_SECONDS)

    async def _publish(self) -> None:
        while self._due:
            due, self._due = self._due, {}
            try:
                await self._positions.advance(self._view, due)
            except StoreUnavailable as away:
                log.warning("position of %s: %s", self._view.name, away)
                self._due = due | self._due
                await asyncio.sleep(AGAIN_SECONDS)
