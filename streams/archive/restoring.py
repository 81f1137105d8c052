"""Gives a segment's rows back to Cassandra, and checks segments. For the operator's command line."""

from collections.abc import Callable, Iterator

from infra.stores.archive_manifest import Manifest
from infra.stores.segments import CorruptSegment
from infra.stores.timeline import TimelineRow
from schemas.archive import Range
from streams.archive.archiver import Parts, load
from streams.runtime.faults import fault_point

ROWS_AT_ONCE = 1_000

Progress = Callable[[int, int], None]
"""Called with how many rows are done, of how many."""


class NotToRestore(Exception):
    """There is no such segment, or it is in no state to be restored, or somebody works at its partition."""


async def rows_to_restore(parts: Parts, segment: Manifest) -> list[TimelineRow]:
    """Those that readers find in this segment. Raises StoreUnavailable, CorruptSegment."""
    ranges = await parts.manifest.live_ranges(segment.segment_id)
    found = await load(parts.objects, parts.bucket, segment)
    live = {(one.conversation_id, seq) for one in ranges for seq in range(one.first, one.last + 1)}
    return [row for row in found.rows() if (row.conversation_id, row.seq) in live]


async def restore(parts: Parts, segment_id: int, progress: Progress) -> int:
    """Write the rows to Cassandra, then let the segment go; how many rows. Again, or after a crash, it does the same.

    Raises NotToRestore, StoreUnavailable, CorruptSegment.
    """
    segment = await restorable(parts, segment_id)
    async with parts.manifest.lock(segment.log_partition) as is_ours:
        if not is_ours:
            raise NotToRestore(f"somebody works at partition {segment.log_partition}; try again")
        segment = await restorable(parts, segment_id)
        rows = await rows_to_restore(parts, segment)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            await parts.moves.give_back(rows[start : start + ROWS_AT_ONCE], segment_id)
            fault_point("archive.restoring")
            progress(min(start + ROWS_AT_ONCE, len(rows)), len(rows))
        await parts.manifest.restored(segment_id)
    return len(rows)


async def restorable(parts: Parts, segment_id: int) -> Manifest:
    """Raises NotToRestore, StoreUnavailable."""
    segment = await parts.manifest.segment(segment_id)
    if segment is None:
        raise NotToRestore(f"there is no segment {segment_id}")
    if segment.state not in ("done", "restored"):
        raise NotToRestore(f"segment {segment_id} is {segment.state}")
    return segment


async def verify(parts: Parts, segment: Manifest) -> int:
    """Read a segment whole and check everything in it, and that the index finds in it what it holds; how many rows.

    Raises StoreUnavailable, CorruptSegment.
    """
    found = await load(parts.objects, parts.bucket, segment)
    held = {(run.conversation_id, row.seq) for block in found.blocks for run in block for row in run.rows}
    places = {(one.position, one.length) for one in found.index.ranges}
    for one in await parts.manifest.live_ranges(segment.segment_id):
        if (one.position, one.length) not in places or not held.issuperset(_seqs(one)):
            raise CorruptSegment(f"{segment.object_key}: the index names {one}, which is not there")
    return found.index.rows


def _seqs(one: Range) -> Iterator[tuple[str, int]]:
    return ((one.conversation_id, seq) for seq in range(one.first, one.last + 1))
