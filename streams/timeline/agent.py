"""The timeline's projection: what its agent does with `conversation.events`, and so does a rebuild."""

import logging
from collections.abc import Sequence

from infra.stores.cassandra import Cassandra
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from streams.runtime.records import Record
from streams.runtime.views import Projector
from streams.timeline.project import project

log = logging.getLogger(__name__)


class TimelineProjection:
    def __init__(self, cassandra: Cassandra, timeline: Timeline) -> None:
        self._cassandra = cassandra
        self._timeline = timeline

    async def fold(self, records: Sequence[Record]) -> None:
        written = [one for record in records if (one := project(record))]
        for row, _ in written:
            if row.unreadable:
                log.critical("%s: seq %d cannot be read: %s", row.conversation_id, row.seq, row.unreadable)
        await self._timeline.write([row for row, _ in written], [patch for _, patch in written if patch])

    async def close(self) -> None:
        await self._cassandra.close()


async def connect(settings: StoreSettings, version: int) -> TimelineProjection:
    """Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings)
    is_one = settings.is_one_replica_set
    return TimelineProjection(
        cassandra, await Timeline.prepare(cassandra, fixed(version), is_one_replica_set=is_one)
    )


TIMELINE = Projector("timeline", connect)
