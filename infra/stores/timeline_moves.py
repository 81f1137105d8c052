"""Rows of the timeline on their way out to the archive and back. Reads no archive itself, decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores import write_times
from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import GroupedWrites, Write
from infra.stores.timeline import TimelineRow, bucket_of, first_seq, last_seq
from infra.stores.versions import Prepared, Versions, fixed


@dataclass(frozen=True, slots=True)
class Newest:
    """The last row of a bucket in Cassandra; `at_ms` is None if the row itself is elsewhere, or not there yet."""

    seq: int
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class _Statements:
    newest: PreparedStatement
    remove_bucket: PreparedStatement
    remove_range: PreparedStatement
    remove_edit: PreparedStatement
    remove_reaction: PreparedStatement
    remove_mark: PreparedStatement
    return_: PreparedStatement
    return_edit: PreparedStatement
    return_reaction: PreparedStatement
    return_mark: PreparedStatement


_PLACE = "WHERE conversation_id = ? AND bucket = ?"
_REMOVE = f"FROM timeline_{{version}} USING TIMESTAMP ? {_PLACE}"
_UPDATE = "UPDATE timeline_{version} USING TIMESTAMP ? SET"
_TEXTS = {
    "newest": f"SELECT seq, at_ms FROM timeline_{{version}} {_PLACE} ORDER BY seq DESC LIMIT 1",  # noqa: S608 — constants
    "remove_bucket": f"DELETE {_REMOVE}",
    "remove_range": f"DELETE {_REMOVE} AND seq >= ? AND seq <= ?",
    "remove_edit": f"DELETE edits[?] {_REMOVE} AND seq = ?",
    "remove_reaction": f"DELETE reactions_set[?] {_REMOVE} AND seq = ?",
    "remove_mark": f"DELETE deleted_seq {_REMOVE} AND seq = ?",
    "return_": "INSERT INTO timeline_{version} (conversation_id, bucket, seq, at_ms, message_id, event, unreadable)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
    "return_edit": f"{_UPDATE} edits[?] = ? {_PLACE} AND seq = ?",
    "return_reaction": f"{_UPDATE} reactions_set[?] = ? {_PLACE} AND seq = ?",
    "return_mark": f"{_UPDATE} deleted_seq = ? {_PLACE} AND seq = ?",
}


class TimelineMoves:
    """Rows leave every version of the timeline that there is, and come back to each: the archive is all versions'."""

    def __init__(self, cassandra: Cassandra, versions: Versions, *, is_one_replica_set: bool) -> None:
        self._cassandra = cassandra
        self._versions = versions
        self._statements: dict[int, Prepared[_Statements]] = {}
        self._writes = GroupedWrites(cassandra, is_one_replica_set=is_one_replica_set)

    async def newest(self, conversation_id: str, bucket: int) -> Newest | None:
        """In the live version; None if nothing of the bucket is in Cassandra. Raises StoreUnavailable."""
        newest = (await self._of(self._versions()[0])).newest
        for row in await self._cassandra.execute(newest, (UUID(conversation_id), bucket)):
            return Newest(row.seq, row.at_ms)
        return None

    async def remove(self, rows: Sequence[TimelineRow], segment_id: int) -> None:
        """Remove rows, in the order of conversation and seq, with what had become of them: they are in this segment.

        What becomes of them later stays, whenever it is written. Done when durable; again it changes nothing. Raises
        StoreUnavailable.
        """
        row_at, patch_at = write_times.row_removed(segment_id), write_times.patch_removed(segment_id)
        for to in await self._all():
            # One after the other: a row never stands there without what became of it.
            await self._writes.write(_row_removals(to, rows, row_at))
            patched = (row for row in rows if row.is_patched)
            await self._writes.write(write for row in patched for write in _patch_removals(to, row, patch_at))

    async def give_back(self, rows: Sequence[TimelineRow], segment_id: int) -> None:
        """Write the rows of a segment that were removed. The same is true of it."""
        row_at, patch_at = write_times.row_returned(segment_id), write_times.patch_returned(segment_id)
        for to in await self._all():
            patched = (row for row in rows if row.is_patched)
            await self._writes.write(write for row in patched for write in _patch_returns(to, row, patch_at))
            await self._writes.write([_row_return(to, row, row_at) for row in rows])

    async def _all(self) -> list[_Statements]:
        return [await self._of(version) for version in self._versions()]

    async def _of(self, version: int) -> _Statements:
        if version not in self._statements:
            self._statements[version] = Prepared(self._cassandra, fixed(version), _TEXTS, _Statements)
        return await self._statements[version].get()


def _row_removals(to: _Statements, rows: Sequence[TimelineRow], at: int) -> Iterator[Write]:
    for (conversation_id, bucket), group in groupby(rows, key=_partition):
        some = list(group)
        first, last, place = some[0].seq, some[-1].seq, (UUID(conversation_id), bucket)
        if (first, last) == (first_seq(bucket), last_seq(bucket)):
            yield (conversation_id, bucket), to.remove_bucket, (at, *place)
        else:
            yield (conversation_id, bucket), to.remove_range, (at, *place, first, last)


def _patch_removals(to: _Statements, row: TimelineRow, at: int) -> Iterator[Write]:
    partition = _partition(row)
    place = (UUID(row.conversation_id), partition[1], row.seq)
    yield from ((partition, to.remove_edit, (seq, at, *place)) for seq in row.edits)
    yield from ((partition, to.remove_reaction, (seq, at, *place)) for seq in row.reactions)
    if row.deleted_seq is not None:
        yield partition, to.remove_mark, (at, *place)


def _row_return(to: _Statements, row: TimelineRow, at: int) -> Write:
    partition = _partition(row)
    message = UUID(row.message_id) if row.message_id else None
    place = (UUID(row.conversation_id), partition[1], row.seq)
    return partition, to.return_, (*place, row.at_ms, message, row.event, row.unreadable, at)


def _patch_returns(to: _Statements, row: TimelineRow, at: int) -> Iterator[Write]:
    partition = _partition(row)
    place = (UUID(row.conversation_id), partition[1], row.seq)
    yield from ((partition, to.return_edit, (at, seq, value, *place)) for seq, value in row.edits.items())
    for seq, (user_id, emoji) in row.reactions.items():
        yield partition, to.return_reaction, (at, seq, (UUID(user_id), emoji), *place)
    if row.deleted_seq is not None:
        yield partition, to.return_mark, (at, row.deleted_seq, *place)


def _partition(row: TimelineRow) -> tuple[str, int]:
    return row.conversation_id, bucket_of(row.seq)
