"""The timeline view in Cassandra: one row per timeline event, in buckets of a fixed number of seqs.

Seqs are dense, so a page is a known range of rows and never a scan. Rows are immutable, and the first record of a
`seq` wins whatever comes when: an earlier offset is written with a later timestamp. What becomes of a message is laid
beside it on its own row, later seqs over earlier ones. Old rows move into the archive, and are read through from there:
what becomes of them then still stands here.
"""

import asyncio
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

from cassandra.query import PreparedStatement
from msgspec import Struct
from msgspec.structs import replace

from infra.stores import write_times
from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import GroupedWrites, Write, first_wins
from infra.stores.versions import Prepared, Which
from schemas.ids import message_milliseconds

BUCKET_SEQS = 256


def tables(version: int) -> tuple[str, ...]:
    """What makes, or completes, the tables of a version."""
    return (
        f"""CREATE TABLE IF NOT EXISTS timeline_{version} (
            conversation_id uuid, bucket int, seq bigint, at_ms bigint, message_id uuid, event blob, unreadable text,
            PRIMARY KEY ((conversation_id, bucket), seq))
            WITH compression = {{'class': 'LZ4Compressor'}}""",
        f"""CREATE TABLE IF NOT EXISTS timeline_buckets_{version} (
            conversation_id uuid, at_ms bigint, bucket int,
            PRIMARY KEY (conversation_id, at_ms, bucket)) WITH CLUSTERING ORDER BY (at_ms DESC, bucket DESC)""",
        f"ALTER TABLE timeline_{version} ADD IF NOT EXISTS edits map<bigint, blob>",
        f"ALTER TABLE timeline_{version} ADD IF NOT EXISTS deleted_seq bigint",
        f"ALTER TABLE timeline_{version} ADD IF NOT EXISTS reactions_set map<bigint, frozen<tuple<uuid, text>>>",
    )


def drops(version: int) -> tuple[str, ...]:
    return tuple(f"DROP TABLE IF EXISTS {name}_{version}" for name in ("timeline", "timeline_buckets"))



@dataclass(frozen=True, slots=True)
class Edited:
    """A message was edited by the event at `seq`."""

    conversation_id: str
    message_seq: int
    seq: int
    offset: int
    event: bytes


@dataclass(frozen=True, slots=True)
class Deleted:
    conversation_id: str
    message_seq: int
    seq: int


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody reacted with the event at `seq`, or took it back."""

    conversation_id: str
    message_seq: int
    seq: int
    offset: int
    user_id: str
    emoji: str | None


Patch = Edited | Deleted | Reacted
"""What became of a message."""


class TimelineRow(Struct, frozen=True):
    """`event` is the record's value as it stands in the log, None if it could not be read (`unreadable` says why);
    `offset` is its place in the partition of `conversation.events`."""

    conversation_id: str
    seq: int
    at_ms: int
    offset: int
    event: bytes | None
    message_id: str | None = None
    unreadable: str | None = None
    edits: Mapping[int, bytes] = {}
    """Values of MessageEdited by their seq."""
    deleted_seq: int | None = None
    reactions: Mapping[int, tuple[str, str | None]] = {}
    """Who reacted, and how, by the seq of each ReactionSet: who has left is shown those until then."""

    @property
    def is_patched(self) -> bool:
        return bool(self.edits or self.reactions) or self.deleted_seq is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands; only a message has an id."""

    seq: int
    at_ms: int
    message_id: UUID | None


class Archived(Protocol):
    """Where old rows are."""

    async def rows(self, conversation_id: str, first: int, last: int) -> list[TimelineRow]:
        """Those that there are from seq `first` to `last`, ascending. Raises StoreUnavailable."""


def bucket_of(seq: int) -> int:
    return seq // BUCKET_SEQS


def first_seq(bucket: int) -> int:
    return max(1, bucket * BUCKET_SEQS)


def last_seq(bucket: int) -> int:
    return first_seq(bucket + 1) - 1


def missing(stored: Sequence[TimelineRow], first: int, last: int) -> tuple[int, int] | None:
    """The first and the last seq of a range whose rows do not stand here; None if all do."""
    known = {row.seq for row in stored if row.at_ms >= 0}
    absent = [seq for seq in range(first, last + 1) if seq not in known] if len(known) <= last - first else []
    return (absent[0], absent[-1]) if absent else None


def composed(stored: Sequence[TimelineRow], archived: Sequence[TimelineRow]) -> list[TimelineRow]:
    """The rows of a range, ascending: those that stand here, and archived ones with what became of them since.

    A row that is in both is the same in both, until it leaves here.
    """
    rows = [row for row in stored if row.at_ms >= 0]
    if not archived:
        return rows
    known = {row.seq for row in rows}
    patches = [row for row in stored if row.at_ms < 0]
    return sorted([*rows, *laid_over((row for row in archived if row.seq not in known), patches)], key=_seq)


def laid_over(rows: Iterable[TimelineRow], patches: Iterable[TimelineRow]) -> list[TimelineRow]:
    """Rows with what became of them since; of `patches` nothing else counts."""
    since = {one.seq: one for one in patches}
    return [_patched(row, since[row.seq]) if row.seq in since else row for row in rows]


def _patched(row: TimelineRow, since: TimelineRow) -> TimelineRow:
    return replace(
        row,
        edits={**row.edits, **since.edits},
        deleted_seq=row.deleted_seq if since.deleted_seq is None else since.deleted_seq,
        reactions={**row.reactions, **since.reactions},
    )


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: PreparedStatement
    insert_bucket: PreparedStatement
    range: PreparedStatement
    bucket_at: PreparedStatement
    places: PreparedStatement
    edit: PreparedStatement
    delete: PreparedStatement
    react: PreparedStatement


_TEXTS = {
    "insert": "INSERT INTO timeline_{version} (conversation_id, bucket, seq, at_ms, message_id, event, unreadable)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
    "insert_bucket": "INSERT INTO timeline_buckets_{version} (conversation_id, at_ms, bucket) VALUES (?, ?, ?)"
    " USING TIMESTAMP ?",
    "range": "SELECT seq, at_ms, event, message_id, unreadable, edits, deleted_seq, reactions_set"
    " FROM timeline_{version} WHERE conversation_id = ? AND bucket = ? AND seq >= ? AND seq <= ?",
    "bucket_at": "SELECT at_ms, bucket FROM timeline_buckets_{version} WHERE conversation_id = ? AND at_ms <= ?"
    " LIMIT 3",
    "places": "SELECT seq, at_ms, message_id FROM timeline_{version} WHERE conversation_id = ? AND bucket = ?",
    "edit": "UPDATE timeline_{version} USING TIMESTAMP ? SET edits[?] = ?"
    " WHERE conversation_id = ? AND bucket = ? AND seq = ?",
    "delete": "UPDATE timeline_{version} USING TIMESTAMP ? SET deleted_seq = ?"
    " WHERE conversation_id = ? AND bucket = ? AND seq = ?",
    "react": "UPDATE timeline_{version} USING TIMESTAMP ? SET reactions_set[?] = ?"
    " WHERE conversation_id = ? AND bucket = ? AND seq = ?",
}


class Timeline:
    def __init__(
        self, cassandra: Cassandra, which: Which, archive: Archived | None = None, *, is_one_replica_set: bool
    ) -> None:
        self._cassandra = cassandra
        self._archive = archive
        self._statements = Prepared(cassandra, which, _TEXTS, _Statements)
        self._writes = GroupedWrites(cassandra, is_one_replica_set=is_one_replica_set)

    @classmethod
    async def prepare(
        cls, cassandra: Cassandra, which: Which, archive: Archived | None = None, *, is_one_replica_set: bool
    ) -> "Timeline":
        """`is_one_replica_set` as for GroupedWrites; only who reads needs the archive. Raises StoreUnavailable."""
        timeline = cls(cassandra, which, archive, is_one_replica_set=is_one_replica_set)
        await timeline._statements.get()
        return timeline

    async def write(
        self, rows: Sequence[TimelineRow], patches: Sequence[Patch] = (), archived: Container[tuple[str, int]] = ()
    ) -> None:
        """Write rows and patches; done when all are durable. Writing them again changes nothing. Of rows that are
        archived, by conversation and seq, only their buckets' places are written.

        Raises StoreUnavailable.
        """
        to = await self._statements.get()
        written = chain.from_iterable(_row_writes(to, row, archived) for row in rows)
        await self._writes.write(chain(written, (_patch_write(to, patch) for patch in patches)))

    async def read(self, conversation_id: str, first: int, last: int) -> list[TimelineRow]:
        """The rows from seq `first` to `last`, both included, ascending. Raises StoreUnavailable.

        What is missing here is looked for in the archive, in this order: rows are listed there before they leave here.
        """
        if last < first:
            return []
        stored = await self._stored(conversation_id, first, last)
        wanted = missing(stored, first, last)
        if self._archive is None or wanted is None:
            return composed(stored, [])
        return composed(stored, await self._archive.rows(conversation_id, *wanted))

    async def _stored(self, conversation_id: str, first: int, last: int) -> list[TimelineRow]:
        """What stands in Cassandra; patches without their rows have a time of -1.

        A patch may stand there before its row, too: written by one batch, they are not by one replica set.
        """
        conversation, statement = UUID(conversation_id), (await self._statements.get()).range
        reads = [
            self._cassandra.execute(statement, (conversation, bucket, first, last))
            for bucket in range(bucket_of(first), bucket_of(last) + 1)
        ]
        return [row_of(conversation_id, row) for some in await asyncio.gather(*reads) for row in some]

    async def last_seq_before(self, conversation_id: str, at_ms: int) -> int:
        """The last seq of an event earlier than `at_ms`; 0 if there is none. Raises StoreUnavailable."""
        statement = (await self._statements.get()).bucket_at
        found = await self._cassandra.execute(statement, (UUID(conversation_id), at_ms - 1))
        if not found:
            return 0
        places = await self._places_of(conversation_id, found[0].bucket)
        # A bucket may be listed a moment before its first row is there: then the one before it is the last.
        earlier = (place.seq for place in places if place.at_ms < at_ms)
        return max(earlier, default=first_seq(found[0].bucket) - 1)

    async def _places_of(self, conversation_id: str, bucket: int) -> list[Place]:
        """All of a bucket, also what is archived: that is its beginning, for rows leave in the order of their seqs."""
        statement = (await self._statements.get()).places
        found = await self._cassandra.execute(statement, (UUID(conversation_id), bucket))
        stored = [Place(row.seq, row.at_ms, row.message_id) for row in found if row.at_ms is not None]
        before = stored[0].seq - 1 if stored else last_seq(bucket)
        if self._archive is None or before < first_seq(bucket):
            return stored
        archived = await self._archive.rows(conversation_id, first_seq(bucket), before)
        return [*map(_place, archived), *stored]

    async def message(self, conversation_id: str, message_id: str) -> TimelineRow | None:
        """A message's row, None if the conversation has no such message. Raises StoreUnavailable."""
        seq = await self.seq_of(conversation_id, message_id)
        rows = [] if seq is None else await self.read(conversation_id, seq, seq)
        return rows[0] if rows else None

    async def seq_of(self, conversation_id: str, message_id: str) -> int | None:
        """The seq of a message, None if the conversation has no such message. Raises StoreUnavailable."""
        conversation, message = UUID(conversation_id), UUID(message_id)
        at_ms = message_milliseconds(message_id)
        statement = (await self._statements.get()).bucket_at
        for _, bucket in await self._cassandra.execute(statement, (conversation, at_ms)):
            for place in await self._places_of(conversation_id, bucket):
                if place.message_id == message:
                    return place.seq
        return None


def _row_writes(to: _Statements, row: TimelineRow, archived: Container[tuple[str, int]]) -> Iterator[Write]:
    bucket, timestamp = bucket_of(row.seq), first_wins(row.offset)
    conversation, message = UUID(row.conversation_id), UUID(row.message_id) if row.message_id else None
    values = (conversation, bucket, row.seq, row.at_ms, message, row.event, row.unreadable, timestamp)
    if (row.conversation_id, row.seq) not in archived:
        yield (row.conversation_id, bucket), to.insert, values
    if row.seq == first_seq(bucket):
        place = (conversation, row.at_ms, bucket, timestamp)
        yield (row.conversation_id, bucket), to.insert_bucket, place


def _patch_write(to: _Statements, patch: Patch) -> Write:
    bucket = bucket_of(patch.message_seq)
    place = (UUID(patch.conversation_id), bucket, patch.message_seq)
    partition = (patch.conversation_id, bucket)
    match patch:
        case Edited():
            return partition, to.edit, (write_times.patched(patch.offset), patch.seq, patch.event, *place)
        case Deleted():
            return partition, to.delete, (write_times.marked_deleted(patch.seq), patch.seq, *place)
        case Reacted():
            reaction = (UUID(patch.user_id), patch.emoji)
            return partition, to.react, (write_times.patched(patch.offset), patch.seq, reaction, *place)


def _seq(row: TimelineRow) -> int:
    return row.seq


def _place(row: TimelineRow) -> Place:
    return Place(row.seq, row.at_ms, UUID(row.message_id) if row.message_id else None)


def row_of(conversation_id: str, row: Any) -> TimelineRow:
    """A row as Cassandra gives it; without the row itself, its time is -1."""
    message_id = str(row.message_id) if row.message_id else None
    return TimelineRow(
        conversation_id=conversation_id,
        seq=row.seq,
        at_ms=-1 if row.at_ms is None else row.at_ms,
        offset=0,
        event=row.event,
        message_id=message_id,
        unreadable=row.unreadable,
        edits=row.edits or {},
        deleted_seq=row.deleted_seq,
        reactions={seq: (str(user_id), emoji) for seq, (user_id, emoji) in row.reactions_set.items()}
        if row.reactions_set
        else {},
    )
