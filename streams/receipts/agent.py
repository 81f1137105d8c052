"""The receipts agent: consumes `conversation.events`, writes the receipts view in Cassandra."""

import logging
from collections.abc import Iterator, Sequence

from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.faults import until_available
from infra.stores.positions import RECEIPTS, Positions
from infra.stores.receipts import Advance, Receipts
from schemas import topics
from schemas.codec import Undecodable
from streams.receipts.project import project
from streams.runtime.positions import PositionPublisher, ends_of
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.views import ViewAgent

log = logging.getLogger(__name__)


class ReceiptsAgent(ViewAgent):
    group = RECEIPTS.group
    topic = topics.CONVERSATION_EVENTS

    async def start(self) -> None:
        settings = self._settings
        cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
        is_one = settings.cassandra_replication >= len(settings.cassandra_hosts.split(","))
        self._receipts = await until_available(
            lambda: Receipts.prepare(cassandra, is_one_replica_set=is_one), "Cassandra"
        )
        self._positions = PositionPublisher(Positions(cache.connect(settings)), RECEIPTS)

    async def _flush(self, runs: Sequence[Run]) -> None:
        advances = [advance for run in runs for record in run.records for advance in _advances(record)]
        if advances:
            await until_available(lambda: self._write(advances), "the receipts")
        self._positions.publish(ends_of(runs))

    async def _write(self, advances: Sequence[Advance]) -> None:
        progress.touch()
        await self._receipts.write(advances)


def _advances(record: Record) -> Iterator[Advance]:
    """An event that cannot be read has no row here: whom it concerns is unknown, and receipts have no seq."""
    try:
        yield from project(record)
    except Undecodable as broken:
        log.critical("partition %d, offset %d cannot be read: %s", record.partition, record.offset, broken)
