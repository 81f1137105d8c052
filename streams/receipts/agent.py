"""The receipts' projection: what its agent does with `conversation.events`, and so does a rebuild."""

import logging
from collections.abc import Iterator, Sequence

from infra.stores.cassandra import Cassandra
from infra.stores.receipts import Advance, Receipts
from infra.stores.settings import StoreSettings
from infra.stores.versions import fixed
from schemas.codec import Undecodable
from streams.receipts.project import project
from streams.runtime.records import Record
from streams.runtime.views import Projector

log = logging.getLogger(__name__)


class ReceiptsProjection:
    def __init__(self, cassandra: Cassandra, receipts: Receipts) -> None:
        self._cassandra = cassandra
        self._receipts = receipts

    async def fold(self, records: Sequence[Record]) -> None:
        if advances := [advance for record in records for advance in _advances(record)]:
            await self._receipts.write(advances)

    async def close(self) -> None:
        await self._cassandra.close()


async def connect(settings: StoreSettings, version: int) -> ReceiptsProjection:
    """Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings)
    is_one = settings.is_one_replica_set
    return ReceiptsProjection(
        cassandra, await Receipts.prepare(cassandra, fixed(version), is_one_replica_set=is_one)
    )


def _advances(record: Record) -> Iterator[Advance]:
    """An event that cannot be read has no row here: whom it concerns is unknown, and receipts have no seq."""
    try:
        yield from project(record)
    except Undecodable as broken:
        log.critical("partition %d, offset %d cannot be read: %s", record.partition, record.offset, broken)


RECEIPTS = Projector("receipts", connect)
