"""The timeline's projection: what its agent does with `conversation.events`, and so does a rebuild."""

import logging
from collections.abc import Container, Sequence

from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline, TimelineRow
from infra.stores.versions import fixed
from infra.telemetry import metrics
from streams.runtime.records import Record
from streams.runtime.views import Projector
from streams.timeline.project import project

log = logging.getLogger(__name__)


class TimelineProjection:
    """`archive`: for a rebuild, which leaves there what has left for there."""

    def __init__(self, cassandra: Cassandra, timeline: Timeline, archive: Postgres | None = None) -> None:
        self._cassandra = cassandra
        self._timeline = timeline
        self._archive = archive
        self._unreadable = metrics.UNREADABLE.labels("timeline")

    async def fold(self, records: Sequence[Record]) -> None:
        written = [one for record in records if (one := project(record))]
        for row, _ in written:
            if row.unreadable:
                self._unreadable.inc()
                log.critical("%s: seq %d cannot be read: %s", row.conversation_id, row.seq, row.unreadable)
        rows = [row for row, _ in written]
        await self._timeline.write(rows, [patch for _, patch in written if patch], await self._archived(rows))

    async def _archived(self, rows: Sequence[TimelineRow]) -> Container[tuple[str, int]]:
        if self._archive is None or not rows:
            return ()
        return await ArchiveIndex(self._archive).holds([(row.conversation_id, row.seq) for row in rows])

    async def close(self) -> None:
        await self._cassandra.close()
        if self._archive:
            await self._archive.close()


async def connect(settings: StoreSettings, version: int) -> TimelineProjection:
    """Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings)
    is_one = settings.is_one_replica_set
    return TimelineProjection(cassandra, await Timeline.prepare(cassandra, fixed(version), is_one_replica_set=is_one))


async def connect_rebuild(settings: StoreSettings, version: int) -> TimelineProjection:
    """Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings)
    timeline = await Timeline.prepare(cassandra, fixed(version), is_one_replica_set=settings.is_one_replica_set)
    return TimelineProjection(cassandra, timeline, await Postgres.connect(settings))


TIMELINE = Projector("timeline", connect, connect_rebuild)
