"""Moves old rows into segments, partition by partition, each step durable before the next begins (the manifest).

At every moment a row can be read: from Cassandra until its segment is published, and from both until it is removed
there. A crash repeats a step: the same records give the same rows, and equal rows give equal bytes.

The position in the log stands in the manifest and not in a consumer group's offsets, for it trails the log by the age
of what is archived: a run that is not acknowledged for a year would be taken for stuck, and rightly.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.stores.archive_index import ArchiveIndex
from infra.stores.archive_manifest import ArchiveManifest, Manifest, StateDiffers, Written
from infra.stores.objects import ObjectMissing, Objects
from infra.stores.segments import CorruptSegment, Segment, in_order, pack, unpack
from infra.stores.timeline import Timeline, TimelineRow
from infra.stores.timeline_moves import TimelineMoves
from infra.telemetry import metrics
from schemas.topics import CONVERSATION_EVENTS, Topic
from streams.archive.collecting import Bucket, Collecting
from streams.archive.old_records import OldRecords
from streams.archive.settings import ArchiveSettings
from streams.runtime.faults import fault_point

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/octet-stream"
REMOVED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What the archiver works with."""

    manifest: ArchiveManifest
    index: ArchiveIndex
    objects: Objects
    bucket: str
    timeline: Timeline
    moves: TimelineMoves


class Archiver:
    def __init__(
        self,
        settings: ArchiveSettings,
        parts: Parts,
        topic: Topic = CONVERSATION_EVENTS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._clock = clock
        self._manifest = parts.manifest
        self._objects = parts.objects
        self._bucket = parts.bucket
        self._timeline = parts.timeline
        self._moves = parts.moves
        self._collecting = Collecting(parts.index, parts.timeline, parts.moves, settings.archive_segment_bytes)

    async def work(self, partition: int) -> int:
        """Archive what is old in a partition, unless somebody else is at it; how many rows that were.

        Raises StoreUnavailable, TimelineBehind: what is begun goes on the next time.
        """
        count = 0
        records = OldRecords(self._settings.kafka_bootstrap, self._topic)
        try:
            cut_ms = await self._cut_ms(records)
            async with self._manifest.lock(partition) as is_ours:
                if not is_ours:
                    return 0
                if segment := await self._manifest.in_work(partition):
                    count += await self._finish(records, segment)
                await self._absorb(records, partition)
                while (more := await self._archive(records, partition, cut_ms)) is not None:
                    count += more
        except StateDiffers:
            log.warning("partition %d: somebody else has gone on", partition)
        finally:
            await records.close()
        return count

    async def preview(self, partition: int) -> int:
        """How many rows `work` would archive now, beside what is begun. Changes nothing. Raises as `work` does."""
        count, seen = 0, set[Bucket]()
        records = OldRecords(self._settings.kafka_bootstrap, self._topic)
        try:
            cut_ms, position = await self._cut_ms(records), await self._manifest.position(partition)
            while True:
                found = await self._collecting.old(records, partition, position, cut_ms, done=seen)
                if found.to_offset == position:
                    return count
                position = found.to_offset
                count += len(found.rows)
        finally:
            await records.close()

    async def sweep(self) -> int:
        """Delete the objects that nobody needs any more; how many. Raises StoreUnavailable."""
        leaving = await self._manifest.leaving(self._settings.archive_grace_seconds)
        for segment in leaving:
            if segment.object_key:
                await self._objects.delete(self._bucket, segment.object_key)
            await self._manifest.remove(segment.segment_id)
        return len(leaving)

    async def _cut_ms(self, records: OldRecords) -> int:
        """Nothing is older than 0, when nothing is to be archived."""
        if self._settings.archive_after_days is None:
            return 0
        return self._settings.cut_ms(await records.newest_ms(), round(self._clock() * 1000))

    async def _archive(self, records: OldRecords, partition: int, cut_ms: int) -> int | None:
        """The next segment; None if there is nothing old."""
        position = await self._manifest.position(partition)
        found = await self._collecting.old(records, partition, position, cut_ms)
        if found.to_offset == position:
            return None
        if not found.rows:
            await self._manifest.advance(partition, found.to_offset)
            return 0
        segment = await self._manifest.plan(partition, position, found.to_offset, cut_ms)
        fault_point("archive.planned")
        return await self._finish(records, segment, found.rows)

    async def _absorb(self, records: OldRecords, partition: int) -> None:
        """Write segments anew without the bodies of messages that were deleted since."""
        due = await self._manifest.due(partition, self._settings.archive_rewrite_seconds)
        settled, segment_ids = [], set[int]()
        for one in due:
            found = await self._timeline.read(one.conversation_id, one.message_seq, one.message_seq)
            if not found or found[0].deleted_seq is None:
                continue  # the timeline is behind this deletion
            seqs = [one.message_seq, *found[0].edits]
            segment_ids |= set(await self._manifest.holding(one.conversation_id, seqs))
            settled.append(one)
        for segment_id in sorted(segment_ids):
            if segment := await self._manifest.segment(segment_id):
                await self._finish(records, await self._manifest.plan_rewrite(segment))
        await self._manifest.settle(settled)

    async def _finish(self, records: OldRecords, segment: Manifest, rows: Sequence[TimelineRow] | None = None) -> int:
        """Every step that a segment still has before it, whoever began it."""
        if segment.state in ("planned", "written"):
            rows = in_order(await self._rows(records, segment) if rows is None else rows)
            if not rows:
                await self._manifest.drop(segment.segment_id)
                return 0
            packed = await asyncio.to_thread(pack, rows)
            segment = await self._write(segment, packed)
            fault_point("archive.written")
            if (await self._load(segment)).rows() != rows:
                raise CorruptSegment(f"{segment.object_key} does not hold the rows that were written")
            segment = await self._manifest.verified(segment.segment_id)
            fault_point("archive.verified")
        else:
            packed = await self._load(segment)
            rows = packed.rows()
        if segment.state == "verified":
            segment = await self._manifest.publish(segment, packed.index.ranges)
            fault_point("archive.published")
        for start in range(0, len(rows), REMOVED_AT_ONCE):
            await self._moves.remove(rows[start : start + REMOVED_AT_ONCE], segment.segment_id)
            fault_point("archive.removing")
        await self._manifest.done(segment.segment_id)
        metrics.ARCHIVED_ROWS.labels(str(segment.log_partition)).inc(len(rows))
        log.info("partition %d: segment %d, %d rows", segment.log_partition, segment.segment_id, len(rows))
        return len(rows)

    async def _rows(self, records: OldRecords, segment: Manifest) -> list[TimelineRow]:
        if segment.replaces is not None:
            return await self._collecting.again(await self._manifest.live_ranges(segment.replaces))
        found = await self._collecting.old(
            records, segment.log_partition, segment.from_offset, segment.cut_ms, before=segment.to_offset
        )
        return found.rows

    async def _write(self, segment: Manifest, packed: Segment) -> Manifest:
        """The key says what the object holds: two archivers at once never write over each other."""
        digest, index = packed.sha256, packed.index
        key = f"{segment.log_partition:04d}/{index.from_ms:013d}-{segment.segment_id}-{digest.hex()[:16]}.segment"
        await self._objects.put(self._bucket, key, packed.data, content_type=CONTENT_TYPE, sha256=digest.hex())
        if segment.object_key and segment.object_key != key:
            await self._objects.delete(self._bucket, segment.object_key)  # of an earlier try, which nobody has seen
        written = Written(key, len(packed.data), digest, index.rows, index.from_ms, index.to_ms)
        return await self._manifest.written(segment.segment_id, written)

    async def _load(self, segment: Manifest) -> Segment:
        return await load(self._objects, self._bucket, segment)


async def load(objects: Objects, bucket: str, segment: Manifest) -> Segment:
    """A whole segment, as its manifest says. Raises StoreUnavailable, CorruptSegment."""
    assert segment.object_key is not None
    try:
        data = await objects.get(bucket, segment.object_key)
    except ObjectMissing as missing:
        raise CorruptSegment(f"{segment.object_key} is not there") from missing
    found = await asyncio.to_thread(unpack, data)
    if found.sha256 != segment.sha256:
        raise CorruptSegment(f"{segment.object_key}: not the SHA-256 of the manifest")
    return found
