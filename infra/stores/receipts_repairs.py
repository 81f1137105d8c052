"""Single rows of a version of the receipts, written again so that they win over what stands there, or removed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import first_wins
from infra.stores.receipts import Advance
from infra.stores.versions import Prepared, fixed


@dataclass(frozen=True, slots=True)
class _Statements:
    written: PreparedStatement
    insert: PreparedStatement
    remove: PreparedStatement


_PLACE = "WHERE conversation_id = ? AND user_id = ? AND kind = ? AND to_seq = ?"
_TEXTS = {
    "written": f"SELECT WRITETIME(at_ms) FROM receipts_{{version}} {_PLACE}",  # noqa: S608 — constants
    "insert": "INSERT INTO receipts_{version} (conversation_id, user_id, kind, to_seq, at_ms) VALUES (?, ?, ?, ?, ?)"
    " USING TIMESTAMP ?",
    "remove": f"DELETE FROM receipts_{{version}} USING TIMESTAMP ? {_PLACE}",  # noqa: S608 — constants
}


class ReceiptsRepairs:
    """Every call is done when it is durable, and raises StoreUnavailable."""

    def __init__(self, cassandra: Cassandra, version: int) -> None:
        self._cassandra = cassandra
        self._statements = Prepared(cassandra, fixed(version), _TEXTS, _Statements)

    async def write(self, one: Advance, *, above: int) -> None:
        """`above`: so much later than the log's own time, where it may be that a row was removed at that."""
        to, place = await self._statements.get(), _place(one.conversation_id, one.user_id, one.kind, one.to_seq)
        written = await self._written(to, place)
        at = max(first_wins(one.offset) + above, written + 1 if written else 0)
        await self._cassandra.execute(to.insert, (*place, one.at_ms, at))

    async def remove(self, conversation_id: str, user_id: str, kind: str, to_seq: int) -> None:
        """A row that should not be there, at its own time."""
        to, place = await self._statements.get(), _place(conversation_id, user_id, kind, to_seq)
        if written := await self._written(to, place):
            await self._cassandra.execute(to.remove, (written, *place))

    async def _written(self, to: _Statements, place: tuple[Any, ...]) -> int:
        for (at,) in await self._cassandra.execute(to.written, place):
            return at or 0
        return 0


def _place(conversation_id: str, user_id: str, kind: str, to_seq: int) -> tuple[UUID, UUID, str, int]:
    return UUID(conversation_id), UUID(user_id), kind, to_seq
