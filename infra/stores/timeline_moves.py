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


@dataclass(frozen=True, slots=True)
class Newest:
    """The last row of a bucket in Cassandra; `at_ms` is None if the row itself is elsewhere, or not there yet."""

    seq: int
    at_ms: int | None


class TimelineMoves:
    def __init__(
        self, cassandra: Cassandra, statements: Sequence[PreparedStatement], *, is_one_replica_set: bool
    ) -> None:
        self._cassandra = cassandra
        self._newest, self._remove_bucket, self._remove_range, *others = statements
        self._remove_edit, self._remove_reaction, self._remove_mark, *returns = others
        self._return, self._return_edit, self._return_reaction, self._return_mark = returns
        self._writes = GroupedWrites(cassandra, is_one_replica_set=is_one_replica_set)

    @classmethod
    async def prepare(cls, cassandra: Cassandra, *, is_one_replica_set: bool) -> "TimelineMoves":
        """`is_one_replica_set` as for GroupedWrites. Raises StoreUnavailable."""
        place, seq = "WHERE conversation_id = ? AND bucket = ?", "AND seq = ?"
        remove, update = f"FROM timeline_1 USING TIMESTAMP ? {place}", "UPDATE timeline_1 USING TIMESTAMP ? SET"
        texts = (
            f"SELECT seq, at_ms FROM timeline_1 {place} ORDER BY seq DESC LIMIT 1",  # noqa: S608 — constants
            f"DELETE {remove}",
            f"DELETE {remove} AND seq >= ? AND seq <= ?",
            f"DELETE edits[?] {remove} {seq}",
            f"DELETE reactions_set[?] {remove} {seq}",
            f"DELETE deleted_seq {remove} {seq}",
            (
                "INSERT INTO timeline_1 (conversation_id, bucket, seq, at_ms, message_id, event, unreadable)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"
            ),
            f"{update} edits[?] = ? {place} {seq}",
            f"{update} reactions_set[?] = ? {place} {seq}",
            f"{update} deleted_seq = ? {place} {seq}",
        )
        prepared = [await cassandra.prepare(text) for text in texts]
        return cls(cassandra, prepared, is_one_replica_set=is_one_replica_set)

    async def newest(self, conversation_id: str, bucket: int) -> Newest | None:
        """None if nothing of the bucket is in Cassandra. Raises StoreUnavailable."""
        for row in await self._cassandra.execute(self._newest, (UUID(conversation_id), bucket)):
            return Newest(row.seq, row.at_ms)
        return None

    async def remove(self, rows: Sequence[TimelineRow], segment_id: int) -> None:
        """Remove rows, in the order of conversation and seq, with what had become of them: they are in this segment.

        What becomes of them later stays, whenever it is written. Done when durable; again it changes nothing. Raises
        StoreUnavailable.
        """
        # One after the other: a row never stands there without what became of it.
        await self._writes.write(self._row_removals(rows, write_times.row_removed(segment_id)))
        at = write_times.patch_removed(segment_id)
        await self._writes.write(write for row in rows if row.is_patched for write in self._patch_removals(row, at))

    async def give_back(self, rows: Sequence[TimelineRow], segment_id: int) -> None:
        """Write the rows of a segment that were removed. The same is true of it."""
        at = write_times.patch_returned(segment_id)
        await self._writes.write(write for row in rows if row.is_patched for write in self._patch_returns(row, at))
        at = write_times.row_returned(segment_id)
        await self._writes.write(self._row_return(row, at) for row in rows)

    def _row_removals(self, rows: Sequence[TimelineRow], at: int) -> Iterator[Write]:
        for (conversation_id, bucket), group in groupby(rows, key=_partition):
            some = list(group)
            first, last, place = some[0].seq, some[-1].seq, (UUID(conversation_id), bucket)
            if (first, last) == (first_seq(bucket), last_seq(bucket)):
                yield (conversation_id, bucket), self._remove_bucket, (at, *place)
            else:
                yield (conversation_id, bucket), self._remove_range, (at, *place, first, last)

    def _patch_removals(self, row: TimelineRow, at: int) -> Iterator[Write]:
        partition = _partition(row)
        place = (UUID(row.conversation_id), partition[1], row.seq)
        yield from ((partition, self._remove_edit, (seq, at, *place)) for seq in row.edits)
        yield from ((partition, self._remove_reaction, (seq, at, *place)) for seq in row.reactions)
        if row.deleted_seq is not None:
            yield partition, self._remove_mark, (at, *place)

    def _row_return(self, row: TimelineRow, at: int) -> Write:
        partition = _partition(row)
        message = UUID(row.message_id) if row.message_id else None
        place = (UUID(row.conversation_id), partition[1], row.seq)
        return partition, self._return, (*place, row.at_ms, message, row.event, row.unreadable, at)

    def _patch_returns(self, row: TimelineRow, at: int) -> Iterator[Write]:
        partition = _partition(row)
        place = (UUID(row.conversation_id), partition[1], row.seq)
        yield from ((partition, self._return_edit, (at, seq, value, *place)) for seq, value in row.edits.items())
        for seq, (user_id, emoji) in row.reactions.items():
            yield partition, self._return_reaction, (at, seq, (UUID(user_id), emoji), *place)
        if row.deleted_seq is not None:
            yield partition, self._return_mark, (at, row.deleted_seq, *place)


def _partition(row: TimelineRow) -> tuple[str, int]:
    return row.conversation_id, bucket_of(row.seq)
