"""Waits until the views have folded all that the log holds now: without that, `Synced` would be a lie.

A position that Redis does not know (it was flushed, or away) is taken from the group's committed offset. What was once
committed is remembered: a partition in which nothing happens is published again by nobody.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from gateway.shared_look import SharedLook
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.positions import Positions
from infra.stores.view import View
from schemas.topics import CONVERSATION_EVENTS

LOOK_SECONDS = 0.01
COMMITTED_LOOK_SECONDS = 0.3


class Freshness:
    """`awaited`: the versions of the views that are read, or will be in a moment."""

    def __init__(self, ends: LogEnds, positions: Positions, awaited: Callable[[], Sequence[View]]) -> None:
        self._ends = ends
        self._awaited = awaited
        self._positions = positions
        self._ends_look = SharedLook(lambda: ends.ends(CONVERSATION_EVENTS))
        self._position_look = SharedLook(self._look_at_positions)
        self._committed_look = SharedLook(self._look_at_committed)
        self._committed: Mapping[View, Offsets] = {}

    async def wait(self, timeout_seconds: float) -> bool:
        """Whether the views passed the log's present ends in time. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        committed_look_at = loop.time() + COMMITTED_LOOK_SECONDS
        ends = await self._ends_look.get()
        while not _passed(await self._position_look.get(), ends):
            if loop.time() > deadline:
                return False
            if loop.time() > committed_look_at:
                self._committed = await self._committed_look.get()
                committed_look_at = loop.time() + COMMITTED_LOOK_SECONDS
                continue
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def _look_at_positions(self) -> Mapping[View, Offsets]:
        published = {view: await self._positions.read(view) for view in self._awaited()}
        return {view: _further(offsets, self._committed.get(view, {})) for view, offsets in published.items()}

    async def _look_at_committed(self) -> Mapping[View, Offsets]:
        return {view: await self._ends.committed(view.group, CONVERSATION_EVENTS) for view in self._awaited()}


def _further(one: Offsets, other: Offsets) -> Offsets:
    return {partition: max(one.get(partition, 0), other.get(partition, 0)) for partition in one.keys() | other.keys()}


def _passed(positions: Mapping[View, Offsets], ends: Offsets) -> bool:
    return all(offsets.get(partition, 0) >= end for offsets in positions.values() for partition, end in ends.items())
