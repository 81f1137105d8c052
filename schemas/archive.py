"""What a segment of the archive holds: the timeline's rows as they were packed, and its index. Values: no I/O.

Written as MessagePack arrays, so the order of fields is durable: new ones come last, with a default.
"""

from msgspec import Struct

from schemas.ids import Id


class ArchivedRow(Struct, frozen=True, array_like=True):
    """A row of the timeline; what became of a message is in the order of its seqs, so equal rows have equal bytes.

    Of a deleted message, and of its edits, `event` is there without the sealed body.
    """

    seq: int
    at_ms: int
    event: bytes | None
    message_id: Id | None = None
    unreadable: str | None = None
    edits: tuple[tuple[int, bytes], ...] = ()
    deleted_seq: int | None = None
    reactions: tuple[tuple[int, Id, str | None], ...] = ()


class ArchivedRun(Struct, frozen=True, array_like=True):
    """Consecutive rows of one conversation; a block is a list of runs."""

    conversation_id: Id
    rows: tuple[ArchivedRow, ...]


class Range(Struct, frozen=True, array_like=True):
    """The rows of a conversation from seq `first` to `last`, both included, stand in the block of `length` bytes at
    `position`. A block holds other rows besides."""

    conversation_id: Id
    first: int
    last: int
    position: int
    length: int


class Index(Struct, frozen=True, array_like=True):
    """A segment's index: its ranges in the order of conversation and seq, the number of rows, and when they are from,
    in milliseconds since 1970."""

    ranges: tuple[Range, ...]
    rows: int
    from_ms: int
    to_ms: int
