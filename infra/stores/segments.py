"""The archive's segments: rows of the timeline to bytes and back. Pure: knows no store, no clock.

    magic | block … block | index | position and length of the index, SHA-256 of all before, magic

Rows stand in the order of conversation and seq. A block is a zstd frame with zstd's own checksum (XXH64) of some
128 KiB of rows, so a page needs one ranged read and no other part of the segment. Equal rows give equal bytes.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import msgspec
import zstandard

from infra.stores.faults import StoreUnavailable
from infra.stores.timeline import TimelineRow
from schemas.archive import ArchivedRow, ArchivedRun, Index, Range

MAGIC = b"BCSEG\r\n\x01"  # the last byte is the version; line ends show a transfer that took it for text
BLOCK_BYTES = 128 * 1024
BLOCK_BYTES_MAX = 64 * 1024 * 1024  # of what a frame may claim to hold: one row with many edits is far below
ROW_OVERHEAD_BYTES = 64
LEVEL = 1  # ciphertext in base64 gets no smaller at higher ones, and takes longer
_TAIL = struct.Struct(f">QQ32s{len(MAGIC)}s")

T = TypeVar("T")
Block = list[ArchivedRun]
_encode = msgspec.msgpack.Encoder().encode
_block = msgspec.msgpack.Decoder(Block)
_index = msgspec.msgpack.Decoder(Index)


class CorruptSegment(StoreUnavailable):
    """What is stored is not what was written. Nothing of it is ever shown."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`sha256` is of the whole, `blocks` are what the data says: equal segments are equal in both."""

    data: bytes
    index: Index
    sha256: bytes
    blocks: Sequence[Block]

    def rows(self) -> list[TimelineRow]:
        """In order."""
        return [row for block in self.blocks for row in _rows(block)]


def in_order(rows: Iterable[TimelineRow]) -> list[TimelineRow]:
    """As a segment holds them: by conversation and seq."""
    return sorted(rows, key=lambda row: (row.conversation_id, row.seq))


def pack(rows: Iterable[TimelineRow]) -> Segment:
    """Rows in any order, each seq of a conversation once."""
    ordered = in_order(rows)
    if not ordered:
        raise ValueError("a segment without rows")
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True)
    data, ranges = bytearray(MAGIC), list[Range]()
    blocks = list(_blocks(ordered))
    for block in blocks:
        frame = compressor.compress(_encode(block))
        ranges += (Range(run.conversation_id, *piece, len(data), len(frame)) for run in block for piece in _pieces(run))
        data += frame
    times = [row.at_ms for row in ordered]
    index = Index(tuple(ranges), len(ordered), min(times), max(times))
    frame = compressor.compress(_encode(index))
    position = len(data)
    data += frame
    digest = hashlib.sha256(data)
    tail = _TAIL.pack(position, len(frame), digest.digest(), MAGIC)
    digest.update(tail)
    return Segment(bytes(data + tail), index, digest.digest(), blocks)


def unpack(data: bytes) -> Segment:
    """A whole segment, everything in it checked. Raises CorruptSegment."""
    if len(data) < len(MAGIC) + _TAIL.size or data[: len(MAGIC)] != MAGIC:
        raise CorruptSegment("this is no segment of this version")
    position, length, said, magic = _TAIL.unpack(tail := data[-_TAIL.size :])
    if magic != MAGIC or position + length + _TAIL.size != len(data):
        raise CorruptSegment("the segment's end is not its end")
    digest = hashlib.sha256(memoryview(data)[: -_TAIL.size])
    if digest.digest() != said:
        raise CorruptSegment("the segment's SHA-256 differs")
    index = _decoded(_index, data[position : position + length])
    places = sorted({(one.position, one.length) for one in index.ranges})
    blocks = [_decoded(_block, data[place : place + size]) for place, size in places]
    if (count := sum(len(run.rows) for block in blocks for run in block)) != index.rows:
        raise CorruptSegment(f"{count} rows, not {index.rows}")
    digest.update(tail)
    return Segment(data, index, digest.digest(), blocks)


def unpack_block(data: bytes) -> list[TimelineRow]:
    """Raises CorruptSegment."""
    return _rows(_decoded(_block, data))


def _rows(block: Block) -> list[TimelineRow]:
    return [_row(run.conversation_id, row) for run in block for row in run.rows]


def _decoded(decoder: msgspec.msgpack.Decoder[T], frame: bytes) -> T:
    try:
        if zstandard.frame_content_size(frame) > BLOCK_BYTES_MAX:
            raise CorruptSegment("a block claims to be larger than any")
        return decoder.decode(zstandard.ZstdDecompressor().decompress(frame, BLOCK_BYTES_MAX))
    except (zstandard.ZstdError, msgspec.DecodeError) as broken:
        raise CorruptSegment(f"a block cannot be read: {broken}") from broken


def _blocks(rows: Sequence[TimelineRow]) -> Iterator[Block]:
    block, size = list[TimelineRow](), 0
    for row in rows:
        if block and size >= BLOCK_BYTES:
            yield _runs(block)
            block, size = [], 0
        block.append(row)
        size += _size(row)
    yield _runs(block)


def _size(row: TimelineRow) -> int:
    return ROW_OVERHEAD_BYTES + len(row.event or b"") + sum(map(len, row.edits.values()))


def _runs(rows: Sequence[TimelineRow]) -> Block:
    grouped = groupby(rows, key=lambda row: row.conversation_id)
    return [ArchivedRun(id_, tuple(map(_archived, some))) for id_, some in grouped]


def _pieces(run: ArchivedRun) -> Iterator[tuple[int, int]]:
    """The first and the last seq of each piece without gaps."""
    first = last = run.rows[0].seq
    for row in run.rows[1:]:
        if row.seq != last + 1:
            yield first, last
            first = row.seq
        last = row.seq
    yield first, last


def _archived(row: TimelineRow) -> ArchivedRow:
    return ArchivedRow(
        seq=row.seq,
        at_ms=row.at_ms,
        event=row.event,
        message_id=row.message_id,
        unreadable=row.unreadable,
        edits=tuple(sorted(row.edits.items())) if row.edits else (),
        deleted_seq=row.deleted_seq,
        reactions=tuple((seq, *row.reactions[seq]) for seq in sorted(row.reactions)) if row.reactions else (),
    )


def _row(conversation_id: str, row: ArchivedRow) -> TimelineRow:
    return TimelineRow(
        conversation_id=conversation_id,
        seq=row.seq,
        at_ms=row.at_ms,
        offset=0,
        event=row.event,
        message_id=row.message_id,
        unreadable=row.unreadable,
        edits=dict(row.edits) if row.edits else {},
        deleted_seq=row.deleted_seq,
        reactions={seq: (user_id, emoji) for seq, user_id, emoji in row.reactions} if row.reactions else {},
    )
