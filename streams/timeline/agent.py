"""The timeline agent: consumes `conversation.events`, writes the timeline view in Cassandra."""

import logging
from collections.abc import Sequence

from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.faults import until_available
from infra.stores.positions import TIMELINE, Positions
from infra.stores.timeline import Patch, Timeline, TimelineRow
from schemas import topics
from streams.runtime.positions import PositionPublisher, ends_of
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.views import ViewAgent
from streams.timeline.project import project

log = logging.getLogger(__name__)


class TimelineAgent(ViewAgent):
    group = TIMELINE.group
    topic = topics.CONVERSATION_EVENTS

    async def start(self) -> None:
        settings = self._settings
        cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
        is_one = settings.cassandra_replication >= len(settings.cassandra_hosts.split(","))
        self._timeline = await until_available(
            lambda: Timeline.prepare(cassandra, is_one_replica_set=is_one), "Cassandra"
        )
        self._positions = PositionPublisher(Positions(cache.connect(settings)), TIMELINE)

    async def _flush(self, runs: Sequence[Run]) -> None:
        written = [one for run in runs for record in run.records if (one := project(record))]
        for row, _ in written:
            if row.unreadable:
                log.critical("%s: seq %d cannot be read: %s", row.conversation_id, row.seq, row.unreadable)
        rows = [row for row, _ in written]
        patches = [patch for _, patch in written if patch]
        await until_available(lambda: self._write(rows, patches), "the timeline")
        self._positions.publish(ends_of(runs))

    async def _write(self, rows: Sequence[TimelineRow], patches: Sequence[Patch]) -> None:
        progress.touch()
        await self._timeline.write(rows, patches)
