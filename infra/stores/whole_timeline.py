"""All of a version of the timeline: which partitions it has, and whole conversations, with the archive behind them.

What readers never see is here, too: what became of a message that is not there, and the list of buckets.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.segments import CorruptSegment
from infra.stores.timeline import TimelineRow, composed, row_of
from infra.stores.versions import Prepared, fixed
from infra.stores.whole_views import AT_ONCE, Part, Partition

_SEQ_MAX = (1 << 63) - 1
_BUCKET_BYTES = 4


@dataclass(frozen=True, slots=True)
class WholeConversation:
    """`rows` ascending; one of which only later changes are known has a time of -1. `buckets`: as `at_ms, bucket`."""

    rows: Sequence[TimelineRow]
    buckets: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Statements:
    partitions: PreparedStatement
    listed: PreparedStatement
    rows: PreparedStatement
    buckets: PreparedStatement


_TEXTS = {
    "partitions": "SELECT DISTINCT conversation_id, bucket FROM timeline_{version}",
    "listed": "SELECT DISTINCT conversation_id FROM timeline_buckets_{version}",
    "rows": "SELECT seq, at_ms, event, message_id, unreadable, edits, deleted_seq, reactions_set"
    " FROM timeline_{version} WHERE conversation_id = ? AND bucket = ?",
    "buckets": "SELECT at_ms, bucket FROM timeline_buckets_{version} WHERE conversation_id = ?",
}


def bucket_part(bucket: int) -> Part:
    return bucket.to_bytes(_BUCKET_BYTES)


class WholeTimeline:
    """Every call raises StoreUnavailable. Which parts a conversation has, is known by its buckets."""

    part_bytes = _BUCKET_BYTES

    def __init__(self, cassandra: Cassandra, version: int, archive: Archive, index: ArchiveIndex) -> None:
        self._cassandra = cassandra
        self._archive = archive
        self._index = index
        self._statements = Prepared(cassandra, fixed(version), _TEXTS, _Statements)

    async def partitions(self) -> AsyncGenerator[Sequence[Partition]]:
        """Page by page, in no order. One whose rows have all left for the archive is known by its list of buckets."""
        to = await self._statements.get()
        async for rows in self._cassandra.pages(to.partitions):
            yield [(row.conversation_id.bytes, bucket_part(max(0, row.bucket))) for row in rows]
        async for rows in self._cassandra.pages(to.listed):
            yield [(row.conversation_id.bytes, bucket_part(0)) for row in rows]

    async def read(self, wanted: Mapping[str, Sequence[Part]]) -> Mapping[str, WholeConversation]:
        """These conversations, whole; also those of which nothing is there. Of a corrupt segment there are no rows.

        First what stands here, then what is archived: rows are listed there before they leave here.
        """
        gate = asyncio.Semaphore(AT_ONCE)
        read = (self._stored(id_, parts, gate) for id_, parts in wanted.items())
        stored = dict(zip(wanted, await asyncio.gather(*read), strict=True))
        archived = await self._index.archived(list(wanted))
        behind = dict(zip(archived, await asyncio.gather(*map(self._archived, archived)), strict=True))
        return {id_: _laid_over(one, behind[id_]) if id_ in behind else one for id_, one in stored.items()}

    async def _stored(self, conversation_id: str, parts: Sequence[Part], gate: asyncio.Semaphore) -> WholeConversation:
        async with gate:
            to, id_ = await self._statements.get(), UUID(conversation_id)
            numbers = sorted(int.from_bytes(part) for part in parts)
            found = [row for bucket in numbers for row in await self._all(to.rows, (id_, bucket))]
            buckets = [(row.at_ms, row.bucket) for row in await self._all(to.buckets, (id_,))]
            return WholeConversation([row_of(conversation_id, row) for row in found], buckets)

    async def _archived(self, conversation_id: str) -> list[TimelineRow]:
        try:
            return await self._archive.rows(conversation_id, 1, _SEQ_MAX)
        except CorruptSegment:
            return []  # the archive has raised the alarm, and whoever asks finds the rows missing

    async def _all(self, statement: PreparedStatement, values: Sequence[Any]) -> list[Any]:
        return [row async for page in self._cassandra.pages(statement, values) for row in page]


def _laid_over(stored: WholeConversation, archived: Sequence[TimelineRow]) -> WholeConversation:
    seqs = {row.seq for row in archived}
    alone = [row for row in stored.rows if row.at_ms < 0 and row.seq not in seqs]
    rows = sorted([*composed(stored.rows, archived), *alone], key=lambda row: row.seq)
    return WholeConversation(rows, stored.buckets)
