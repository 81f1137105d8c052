"""Single rows of a version of the timeline, written again so that they win over what stands there, or removed.

All times stay on the scale of log positions, and below those of the archive: what it removes or gives back still wins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores import write_times
from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import first_wins
from infra.stores.timeline import Deleted, Edited, Patch, Reacted, TimelineRow, bucket_of, first_seq
from infra.stores.versions import Prepared, fixed

Write = tuple[PreparedStatement, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Written:
    """When what stands there was written; 0 for what does not."""

    row: int
    mark: int
    edits: dict[int, int]
    reactions: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Statements:
    written: PreparedStatement
    insert: PreparedStatement
    insert_bucket: PreparedStatement
    edit: PreparedStatement
    delete: PreparedStatement
    react: PreparedStatement
    remove: PreparedStatement
    remove_bucket: PreparedStatement
    remove_edit: PreparedStatement
    remove_reaction: PreparedStatement
    remove_mark: PreparedStatement


_PLACE = "WHERE conversation_id = ? AND bucket = ? AND seq = ?"
_UPDATE = "UPDATE timeline_{version} USING TIMESTAMP ? SET"
_REMOVE = f"FROM timeline_{{version}} USING TIMESTAMP ? {_PLACE}"
_TEXTS = {
    "written": "SELECT WRITETIME(at_ms), WRITETIME(event), WRITETIME(message_id), WRITETIME(unreadable),"  # noqa: S608 — constants
    " WRITETIME(deleted_seq), edits, WRITETIME(edits), reactions_set, WRITETIME(reactions_set)"
    f" FROM timeline_{{version}} {_PLACE}",
    "insert": "INSERT INTO timeline_{version} (conversation_id, bucket, seq, at_ms, message_id, event, unreadable)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
    "insert_bucket": "INSERT INTO timeline_buckets_{version} (conversation_id, at_ms, bucket) VALUES (?, ?, ?)"
    " USING TIMESTAMP ?",
    "edit": f"{_UPDATE} edits[?] = ? {_PLACE}",
    "delete": f"{_UPDATE} deleted_seq = ? {_PLACE}",
    "react": f"{_UPDATE} reactions_set[?] = ? {_PLACE}",
    "remove": f"DELETE {_REMOVE}",
    "remove_bucket": "DELETE FROM timeline_buckets_{version} USING TIMESTAMP ?"
    " WHERE conversation_id = ? AND at_ms = ? AND bucket = ?",
    "remove_edit": f"DELETE edits[?] {_REMOVE}",
    "remove_reaction": f"DELETE reactions_set[?] {_REMOVE}",
    "remove_mark": f"DELETE deleted_seq {_REMOVE}",
}


class TimelineRepairs:
    """Every call is done when it is durable, and raises StoreUnavailable."""

    def __init__(self, cassandra: Cassandra, version: int) -> None:
        self._cassandra = cassandra
        self._statements = Prepared(cassandra, fixed(version), _TEXTS, _Statements)

    async def write(self, row: TimelineRow, patches: Sequence[Patch], *, above: int) -> None:
        """A row, and what became of it; what else is said of it there goes. `above`: so much later than the log's own
        time, where it may be that a row was removed at that."""
        to = await self._statements.get()
        place = _place(row.conversation_id, row.seq)
        written = await self._written(to, place)
        at = max(first_wins(row.offset) + above, written.row + 1 if written.row else 0)
        if at < write_times.row_removed(0):  # else it is the archive's
            message = UUID(row.message_id) if row.message_id else None
            fields = (row.at_ms, message, row.event, row.unreadable)
            await self._cassandra.execute(to.insert, (*place, *fields, at))
        if row.seq == first_seq(bucket_of(row.seq)):
            listed = (place[0], row.at_ms, bucket_of(row.seq), first_wins(row.offset) + above)
            await self._cassandra.execute(to.insert_bucket, listed)
        for statement, values in (*_patch_writes(to, place, patches, written), *_strays(to, place, patches, written)):
            await self._cassandra.execute(statement, values)

    async def list_bucket(self, conversation_id: str, at_ms: int, bucket: int, offset: int, *, above: int) -> None:
        values = (UUID(conversation_id), at_ms, bucket, first_wins(offset) + above)
        await self._cassandra.execute((await self._statements.get()).insert_bucket, values)

    async def remove(self, conversation_id: str, seq: int) -> None:
        """A row that should not be there, at its own time: a later one of that seq would still be seen."""
        to, place = await self._statements.get(), _place(conversation_id, seq)
        written = await self._written(to, place)
        if written.row:
            await self._cassandra.execute(to.remove, (written.row, *place))
        for statement, values in _strays(to, place, (), written):
            await self._cassandra.execute(statement, values)

    async def unlist_bucket(self, conversation_id: str, at_ms: int, bucket: int) -> None:
        """It has no value of which the time could be asked: of a time that is past, no bucket comes any more."""
        values = (write_times.row_removed(0), UUID(conversation_id), at_ms, bucket)
        await self._cassandra.execute((await self._statements.get()).remove_bucket, values)

    async def _written(self, to: _Statements, place: tuple[UUID, int, int]) -> _Written:
        for *row, mark, edits, edits_at, reactions, reactions_at in await self._cassandra.execute(to.written, place):
            return _Written(
                max((at for at in row if at is not None), default=0), mark or 0,
                _by_key(edits, edits_at), _by_key(reactions, reactions_at),
            )  # fmt: skip
        return _Written(0, 0, {}, {})


def _patch_writes(
    to: _Statements, place: tuple[UUID, int, int], patches: Sequence[Patch], written: _Written
) -> Iterator[Write]:
    """Of one message; the later deletion wins, and the earlier of what else has one seq."""
    for patch in reversed(patches):
        match patch:
            case Edited():
                at = max(write_times.patched(patch.offset), written.edits.get(patch.seq, 0) + 1)
                yield to.edit, (at, patch.seq, patch.event, *place)
            case Reacted():
                at = max(write_times.patched(patch.offset), written.reactions.get(patch.seq, 0) + 1)
                yield to.react, (at, patch.seq, (UUID(patch.user_id), patch.emoji), *place)
            case Deleted():
                at = max(write_times.marked_deleted(patch.seq), written.mark + 1)
                yield to.delete, (at, patch.seq, *place)


def _strays(
    to: _Statements, place: tuple[UUID, int, int], patches: Sequence[Patch], written: _Written
) -> Iterator[Write]:
    """What is said there of a message, and should not be."""
    edits = {patch.seq for patch in patches if isinstance(patch, Edited)}
    reactions = {patch.seq for patch in patches if isinstance(patch, Reacted)}
    yield from ((to.remove_edit, (seq, at, *place)) for seq, at in written.edits.items() if seq not in edits)
    yield from (
        (to.remove_reaction, (seq, at, *place)) for seq, at in written.reactions.items() if seq not in reactions
    )
    if written.mark and not any(isinstance(patch, Deleted) for patch in patches):
        yield to.remove_mark, (written.mark, *place)


def _place(conversation_id: str, seq: int) -> tuple[UUID, int, int]:
    return UUID(conversation_id), bucket_of(seq), seq


def _by_key(values: Any, times: Any) -> dict[int, int]:
    return dict(zip(sorted(values), times, strict=True)) if values else {}
