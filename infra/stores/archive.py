"""Reads old rows from the archive: a look at the index, then ranged reads of blocks, never of whole segments.

The bucket is what is archived as a whole, and a page is shorter than one: it lies in at most two segments, in blocks
that follow each other, and costs at most two ranged reads.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence

from infra.stores.archive_index import ArchiveIndex, Found
from infra.stores.objects import ObjectMissing, Objects
from infra.stores.segments import CorruptSegment, unpack_block
from infra.stores.timeline import TimelineRow

log = logging.getLogger(__name__)

CACHED_BYTES_MAX = 8 * 1024 * 1024  # packed; in memory rows take about three times as much

Block = tuple[int, int]
"""A segment's id and a position in it: what is there never changes."""


class Archive:
    def __init__(self, index: ArchiveIndex, objects: Objects, bucket: str) -> None:
        self._index = index
        self._objects = objects
        self._bucket = bucket
        self._cached: OrderedDict[Block, tuple[int, list[TimelineRow]]] = OrderedDict()
        self._cached_bytes = 0

    async def rows(self, conversation_id: str, first: int, last: int) -> list[TimelineRow]:
        """What of a range is archived, ascending. Raises StoreUnavailable, CorruptSegment."""
        found = await self._index.find(conversation_id, first, last)
        blocks = await self._blocks(found)
        rows = []
        for one in found:
            low, high = max(first, one.first), min(last, one.last)
            block = blocks[one.segment_id, one.position]
            some = [row for row in block if row.conversation_id == conversation_id and low <= row.seq <= high]
            if len(some) != high - low + 1:
                raise _reported(CorruptSegment(f"{one.object_key}: {len(some)} rows of {conversation_id} {low}-{high}"))
            rows += some
        return rows

    async def _blocks(self, found: Sequence[Found]) -> dict[Block, list[TimelineRow]]:
        """The blocks named, from the cache or by one read of each segment, in which they follow each other."""
        blocks = {}
        wanted: dict[int, list[Found]] = {}
        for one in found:
            block = one.segment_id, one.position
            if block in self._cached:
                self._cached.move_to_end(block)
                blocks[block] = self._cached[block][1]
            else:
                wanted.setdefault(one.segment_id, []).append(one)
        for some in await asyncio.gather(*map(self._read, wanted.values())):
            blocks |= some
        return blocks

    async def _read(self, some: Sequence[Found]) -> dict[Block, list[TimelineRow]]:
        start, end = some[0].position, some[-1].position + some[-1].length
        key = some[0].object_key
        try:
            data = await self._objects.get(self._bucket, key, first=start, length=end - start)
        except ObjectMissing as missing:
            raise _reported(CorruptSegment(f"{key} is not there")) from missing
        blocks = {}
        for one in some:
            packed = data[one.position - start : one.position - start + one.length]
            try:
                rows = unpack_block(packed)
            except CorruptSegment as corrupt:
                raise _reported(CorruptSegment(f"{key} at {one.position}: {corrupt}")) from corrupt
            blocks[one.segment_id, one.position] = rows
            self._keep((one.segment_id, one.position), one.length, rows)
        return blocks

    def _keep(self, block: Block, size: int, rows: list[TimelineRow]) -> None:
        if block not in self._cached:
            self._cached_bytes += size
        self._cached[block] = size, rows
        while self._cached_bytes > CACHED_BYTES_MAX:
            self._cached_bytes -= self._cached.popitem(last=False)[1][0]


def _reported(corrupt: CorruptSegment) -> CorruptSegment:
    log.critical("the archive is corrupt: %s", corrupt)
    return corrupt
