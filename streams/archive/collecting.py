"""Collects the rows that a segment is to hold. Changes nothing.

The bucket is what is archived as a whole, once its last row is old: so a page lies in at most two segments, however
slowly a conversation goes. A bucket that grows again is archived anew when it is old again, and read over the border
meanwhile; the newer segment takes the place of the older.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from infra.stores.archive_index import ArchiveIndex
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
    size: int = 0


class Collecting:
    def __init__(self, index: ArchiveIndex, timeline: Timeline, moves: TimelineMoves, segment_bytes: int) -> None:
        self._index = index
        self._timeline = timeline
        self._moves = moves
        self._segment_bytes = segment_bytes

    async def old(
        self,
        records: OldRecords,
        partition: int,
        from_offset: int,
        cut_ms: int,
        *,
        before: int | None = None,
        done: set[Bucket] | None = None,
    ) -> Collected:
        """From an offset on until a segment is full, a record is too young, or `before` is reached.

        Buckets that are `done` are passed over, and those that are collected are added. Raises StoreUnavailable,
        TimelineBehind.
        """
        found, done = Collected(from_offset), set() if done is None else done
        bytes_max = self._segment_bytes if before is None else None
        async with aclosing(records.read(partition, from_offset, before)) as chunks:
            async for chunk in chunks:
                old = [one for one in chunk if one.at_ms < cut_ms]
                is_full = await self._collect(found, old, cut_ms, done, bytes_max)
                if is_full or len(old) < len(chunk) or (before is None and _is_long(found, from_offset)):
                    break
        found.rows = await self._in_form(found.rows)
        return found

    async def _collect(
        self, found: Collected, old: Sequence[Seen], cut_ms: int, done: set[Bucket], bytes_max: int | None
    ) -> bool:
        """The old buckets that these records reach, in the order in which they do; whether the segment is full."""
        touched = _touched(old, done)
        held = await self._index.holds([(id_, seq) for (id_, _), seq in touched.items()])
        left = [(bucket, seq) for bucket, seq in touched.items() if (bucket[0], seq) not in held]
        for start in range(0, len(left), BUCKETS_AT_ONCE):
            if bytes_max is not None and found.size >= bytes_max:
                unseen = {bucket for bucket, _ in left[start:]}
                found.to_offset = next(one.offset for one in old if _bucket(one) in unseen)
                return True
            some = left[start : start + BUCKETS_AT_ONCE]
            for rows in await asyncio.gather(*(self._old_bucket(*bucket, seq, cut_ms) for bucket, seq in some)):
                found.rows += rows
                found.size += sum(map(size_of, rows))
                done |= {(row.conversation_id, bucket_of(row.seq)) for row in rows[:1]}
        found.to_offset = old[-1].offset + 1 if old else found.to_offset
        return bytes_max is not None and found.size >= bytes_max

    async def again(self, ranges: Iterable[Range]) -> list[TimelineRow]:
        """Archived rows with what became of them since. Raises StoreUnavailable."""
        rows = []
        for one in ranges:
            rows += await self._timeline.read(one.conversation_id, one.first, one.last)
        return await self._in_form(rows)

    async def _old_bucket(self, conversation_id: str, bucket: int, seq: int, cut_ms: int) -> list[TimelineRow]:
        """All rows of a bucket of which the log has `seq`, which is not archived yet, if all are old."""
        newest = await self._moves.newest(conversation_id, bucket)
        if newest is None or newest.at_ms is None:
            raise TimelineBehind(f"{conversation_id}: seq {seq}")
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
        if (bucket := _bucket(one)) is not None and bucket not in done:
            assert one.seq is not None
            touched[bucket] = max(one.seq, touched.get(bucket, 0))
    return touched


def _bucket(one: Seen) -> Bucket | None:
    return None if one.seq is None else (one.conversation_id, bucket_of(one.seq))


def _is_long(found: Collected, from_offset: int) -> bool:
    return not found.rows and found.to_offset - from_offset >= RECORDS_MAX
