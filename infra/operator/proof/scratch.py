"""A version of the inbox that is folded for a proof, is followed by nobody, and goes at the end.

The inbox's semantics stand in SQL, so what it should say of a conversation is found by folding its records once more.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from infra.operator.proof.log import Records
from infra.operator.proof.rows import Rows, inbox_rows
from infra.operator.proof.stored import Stores
from infra.stores import inbox_tables
from infra.stores.projections import SCRATCH, Version
from infra.stores.whole_inbox import WholeInbox
from streams.inbox.agent import InboxProjection
from streams.runtime.records import Record

LOOK_SECONDS = 0.1
FOLDED_AT_ONCE = 2_000
CONVERSATIONS_AT_ONCE = 500


class Scratch:
    """Every call raises StoreUnavailable."""

    def __init__(self, stores: Stores, version: Version) -> None:
        self._stores = stores
        self.version = version
        self._projection = InboxProjection(stores.postgres, version.version)
        self._whole = WholeInbox(stores.postgres, version.version)

    async def fold(self, records: Records) -> Mapping[str, Rows]:
        """What the inbox should say of these conversations."""
        await self._clear()
        batch: list[Record] = []
        for some in records.values():
            batch += some
            if len(batch) >= FOLDED_AT_ONCE:
                await self._fold(batch)
                batch = []
        await self._fold(batch)
        rows: dict[str, Rows] = {id_: {} for id_ in records}
        ids = list(records)
        for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
            read = await self._whole.read(dict.fromkeys(ids[start : start + CONVERSATIONS_AT_ONCE], ()))
            rows.update((id_, inbox_rows(one)) for id_, one in read.items())
        return rows

    async def _fold(self, records: Sequence[Record]) -> None:
        for start in range(0, len(records), FOLDED_AT_ONCE):
            await self._projection.fold(records[start : start + FOLDED_AT_ONCE])

    async def _clear(self) -> None:
        async with self._stores.postgres.connection() as connection:
            await inbox_tables.clear(connection, self.version.version)


@asynccontextmanager
async def scratch(stores: Stores) -> AsyncIterator[Scratch]:
    """Dropped at the end; so are those that a crash has left. Raises StoreUnavailable."""
    async with AsyncExitStack() as stack:
        async with _alone(stores):
            await _sweep(stores)
            version = await stores.projections.add("inbox", SCRATCH)
            await stack.enter_async_context(stores.projections.lock(_lock_of(version)))
        try:
            yield Scratch(stores, version)
        finally:
            await _drop(stores, version)


@asynccontextmanager
async def _alone(stores: Stores) -> AsyncIterator[None]:
    """Nobody else makes or sweeps meanwhile: until it is locked, a new one looks like one that was left."""
    while True:
        async with stores.projections.lock(SCRATCH) as is_mine:
            if is_mine:
                yield
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _sweep(stores: Stores) -> None:
    """Drop those that nobody works with any more. Raises StoreUnavailable."""
    for version in await stores.projections.scratches():
        async with stores.projections.lock(_lock_of(version)) as is_left:
            if is_left:
                await _drop(stores, version)


async def _drop(stores: Stores, version: Version) -> None:
    await stores.projections.drop_inbox(version.version)
    await stores.projections.move(version, "dropped")


def _lock_of(version: Version) -> str:
    return f"{version.view.group}-{SCRATCH}"
