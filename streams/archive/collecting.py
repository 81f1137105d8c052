"""Collects the rows that a segment is to hold. Changes nothing.

The bucket is what is archived as a whole, once its last row is old: so a page lies in at most two segments, however
slowly a conversation goes. A bucket that grows again is archived anew when it is old again, and read over the border
meanwhile; the newer segment takes the place of the older.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from infra.stores.timeline import Timeline, TimelineRow, bucket_of, first_seq
from infra.stores.timeline_moves import TimelineMoves
from schemas.archive import Range
from streams.archive.form import archived_form, edited_elsewhere
from streams.archive.old_records import OldRecords, Seen

log = logging.getLogger(__name__)

BUCKETS_AT_ONCE = 16
RECORDS_MAX = 500_000  # that may go by without one row to archive, until the position is written down

Bucket = tuple[str, int]
"""A conversation, and the number of a bucket of its seqs."""


class TimelineBehind(Exception):
    """The timeline does not have rows that the log has: it is behind, and the archive waits for it."""


@dataclass(slots=True)
class Collected:
    """Rows of the records before `to_offset`, as the archive keeps them."""

    to_offset: int
    rows: list[TimelineRow] = field(default_factory=list)


class Collecting:
    def __init__(self, timeline: Timeline, moves: TimelineMoves, segment_bytes: int) -> None:
        self._timeline = timeline
        self._moves = moves
        self._segment_bytes = segment_bytes

    async def old(
        self, records: OldRecords, partition: int, from_offset: int, cut_ms: int, *, before: int | None = None
    ) -> Collected:
        """From an offset on until a segment is full, a record is too young, or `before` is reached.

        Raises StoreUnavailable, TimelineBehind.
        """
        found, done, size = Collected(from_offset), set[Bucket](), 0
        async with aclosing(records.read(partition, from_offset, before)) as chunks:
            async for chunk in chunks:
                old = [one for one in chunk if one.at_ms < cut_ms]
                rows = await self._old_buckets(_touched(old, done), cut_ms)
                done |= {(row.conversation_id, bucket_of(row.seq)) for row in rows}
                found.rows += rows
                size += sum(map(size_of, rows))
                found.to_offset = old[-1].offset + 1 if old else found.to_offset
                is_full = before is None and (size >= self._segment_bytes or _is_long(found, from_offset))
                if is_full or len(old) < len(chunk):
                    break
        found.rows = await self._in_form(found.rows)
        return found

    async def again(self, ranges: Iterable[Range]) -> list[TimelineRow]:
        """Archived rows with what became of them since. Raises StoreUnavailable."""
        rows = []
        for one in ranges:
            rows += await self._timeline.read(one.conversation_id, one.first, one.last)
        return await self._in_form(rows)

    async def _old_buckets(self, touched: Mapping[Bucket, int], cut_ms: int) -> list[TimelineRow]:
        free = asyncio.Semaphore(BUCKETS_AT_ONCE)

        async def old(bucket: Bucket, seq: int) -> list[TimelineRow]:
            async with free:
                return await self._old_bucket(*bucket, seq, cut_ms)

        found = await asyncio.gather(*(old(bucket, seq) for bucket, seq in touched.items()))
        return [row for rows in found for row in rows]

    async def _old_bucket(self, conversation_id: str, bucket: int, seq: int, cut_ms: int) -> list[TimelineRow]:
        """All rows of a bucket of which the log has `seq`, if all are old and one is not archived yet."""
        newest = await self._moves.newest(conversation_id, bucket)
        if newest is None or newest.at_ms is None:
            if not await self._timeline.read(conversation_id, seq, seq):
                raise TimelineBehind(f"{conversation_id}: seq {seq}")
            return []
        # A row may bear a later time than its record: two brokers' clocks. Then the record decides, as it did before.
        if newest.at_ms >= cut_ms and newest.seq > seq:
            return []
        rows = await self._timeline.read(conversation_id, first_seq(bucket), newest.seq)
        if seq not in {row.seq for row in rows}:
            raise TimelineBehind(f"{conversation_id}: seq {seq}")
        if len(rows) != newest.seq - first_seq(bucket) + 1:
            log.critical("%s: bucket %d has a hole, and stays where it is", conversation_id, bucket)
            return []
        return rows

    async def _in_form(self, rows: Sequence[TimelineRow]) -> list[TimelineRow]:
        elsewhere = sorted(edited_elsewhere(rows))
        found = [row for id_, seq in elsewhere for row in await self._timeline.read(id_, seq, seq)]
        return archived_form(rows, ((row.conversation_id, row.seq) for row in found if row.deleted_seq is not None))


def size_of(row: TimelineRow) -> int:
    """About how many bytes it takes before compression."""
    return len(row.event or b"") + sum(map(len, row.edits.values()))


def _touched(records: Sequence[Seen], done: set[Bucket]) -> dict[Bucket, int]:
    """The buckets that these records reach, with the highest seq of each; but for those that are collected."""
    touched: dict[Bucket, int] = {}
    for one in records:
        if one.seq is not None and (bucket := (one.conversation_id, bucket_of(one.seq))) not in done:
            touched[bucket] = max(one.seq, touched.get(bucket, 0))
    return touched


def _is_long(found: Collected, from_offset: int) -> bool:
    return not found.rows and found.to_offset - from_offset >= RECORDS_MAX
