"""A version of a view as it stands in its store, in the canonical form."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from infra.operator.proof.rows import Rows, inbox_rows, memberships_rows, receipts_rows, timeline_rows
from infra.stores import cache
from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.objects import Objects
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.projections import Projections, Version
from infra.stores.settings import ObjectSettings, StoreSettings
from infra.stores.whole_inbox import WholeInbox
from infra.stores.whole_memberships import WholeMemberships
from infra.stores.whole_receipts import WholeReceipts
from infra.stores.whole_timeline import WholeTimeline
from infra.stores.whole_views import Part, Partition

CONVERSATIONS_AT_ONCE = 500


class Whole(Protocol):
    part_bytes: int

    def partitions(self) -> AsyncGenerator[Sequence[Partition]]: ...

    async def read(self, wanted: Mapping[str, Sequence[Part]]) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class StoredView:
    """Every call raises StoreUnavailable."""

    version: Version
    whole: Whole
    canonical: Callable[[Any], Rows]

    async def read(self, wanted: Mapping[str, Collection[Part]]) -> dict[str, Rows]:
        """These conversations, given by their parts."""
        found: dict[str, Rows] = {id_: {} for id_ in wanted}
        ids = list(wanted)
        for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
            some = {id_: sorted(wanted[id_]) for id_ in ids[start : start + CONVERSATIONS_AT_ONCE]}
            read = await self.whole.read(some)
            found.update((id_, self.canonical(one)) for id_, one in read.items())
        return found


@dataclass(frozen=True, slots=True)
class Stores:
    settings: StoreSettings
    cassandra: Cassandra
    postgres: Postgres
    projections: Projections
    positions: Positions
    archive: Archive
    index: ArchiveIndex

    def view(self, version: Version) -> StoredView:
        number = version.version
        match version.name:
            case "timeline":
                return StoredView(
                    version, WholeTimeline(self.cassandra, number, self.archive, self.index), timeline_rows
                )
            case "receipts":
                return StoredView(version, WholeReceipts(self.cassandra, number), receipts_rows)
            case "memberships":
                return StoredView(version, WholeMemberships(self.cassandra, number), memberships_rows)
            case _:
                return StoredView(version, WholeInbox(self.postgres, number), inbox_rows)


@asynccontextmanager
async def connected(settings: StoreSettings, object_settings: ObjectSettings) -> AsyncIterator[Stores]:
    """Closed at the end. Raises StoreUnavailable."""
    postgres, objects, redis = await Postgres.connect(settings), Objects(object_settings), cache.connect(settings)
    try:
        cassandra = await Cassandra.connect(settings)
        try:
            index = ArchiveIndex(postgres)
            archive = Archive(index, objects, object_settings.archive_bucket)
            yield Stores(
                settings, cassandra, postgres, Projections(postgres), Positions(redis), archive, index
            )  # fmt: skip
        finally:
            await cassandra.close()
    finally:
        await redis.aclose()
        await postgres.close()
        await objects.close()
