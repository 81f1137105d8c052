"""The receipts view in Cassandra: a row for each advance of a member's watermark, by the seq that it reached.

"When did Bob read message 17" is the time of the first row at or past 17. A watermark only grows, so a partition is as
long as the member's own acknowledgements are many. Rows are immutable, and the first record wins whatever comes when.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import GroupedWrites, first_wins
from infra.stores.versions import Prepared, Which


def tables(version: int) -> tuple[str, ...]:
    """What makes, or completes, the table of a version."""
    return (
        f"""CREATE TABLE IF NOT EXISTS receipts_{version} (
            conversation_id uuid, user_id uuid, kind text, to_seq bigint, at_ms bigint,
            PRIMARY KEY ((conversation_id, user_id, kind), to_seq))
            WITH compression = {{'class': 'LZ4Compressor'}}""",
    )


def drops(version: int) -> tuple[str, ...]:
    return (f"DROP TABLE IF EXISTS receipts_{version}",)


Kind = Literal["delivered", "read"]


@dataclass(frozen=True, slots=True)
class Advance:
    """At `at_ms` all up to `to_seq` had been delivered to, or read by, a member; `offset` is the event's place in its
    partition of `conversation.events`."""

    conversation_id: str
    user_id: str
    kind: Kind
    to_seq: int
    at_ms: int
    offset: int


class Advanced(NamedTuple):
    """A row as it stands there."""

    conversation_id: str
    user_id: str
    kind: Kind
    to_seq: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Passed:
    """When a member passed a seq; None: not yet, or not for others to know."""

    delivered_at_ms: int | None = None
    read_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Statements:
    insert: PreparedStatement
    first: PreparedStatement
    all: PreparedStatement


_TEXTS = {
    "insert": "INSERT INTO receipts_{version} (conversation_id, user_id, kind, to_seq, at_ms) VALUES (?, ?, ?, ?, ?)"
    " USING TIMESTAMP ?",
    "first": "SELECT user_id, kind, at_ms FROM receipts_{version} WHERE conversation_id = ? AND user_id IN ?"
    " AND kind IN ('delivered', 'read') AND to_seq >= ? PER PARTITION LIMIT 1",
    "all": "SELECT conversation_id, user_id, kind, to_seq, at_ms FROM receipts_{version}",
}


class Receipts:
    def __init__(self, cassandra: Cassandra, which: Which, *, is_one_replica_set: bool) -> None:
        self._cassandra = cassandra
        self._statements = Prepared(cassandra, which, _TEXTS, _Statements)
        self._writes = GroupedWrites(cassandra, is_one_replica_set=is_one_replica_set)

    @classmethod
    async def prepare(cls, cassandra: Cassandra, which: Which, *, is_one_replica_set: bool) -> "Receipts":
        """`is_one_replica_set` as for GroupedWrites. Raises StoreUnavailable."""
        receipts = cls(cassandra, which, is_one_replica_set=is_one_replica_set)
        await receipts._statements.get()
        return receipts

    async def write(self, advances: Sequence[Advance]) -> None:
        """Write rows; done when all are durable. Writing them again changes nothing. Raises StoreUnavailable."""
        insert = (await self._statements.get()).insert
        await self._writes.write(
            ((one.conversation_id, one.user_id, one.kind), insert, _values(one)) for one in advances
        )

    async def passed(self, conversation_id: str, user_ids: Sequence[str], seq: int) -> Mapping[str, Passed]:
        """When each of these members passed `seq`. Raises StoreUnavailable."""
        if not user_ids:
            return {}
        values = (UUID(conversation_id), [UUID(user_id) for user_id in user_ids], seq)
        rows = await self._cassandra.execute((await self._statements.get()).first, values)
        at_ms = {(str(row.user_id), row.kind): row.at_ms for row in rows}
        return {id_: _passed(at_ms.get((id_, "delivered")), at_ms.get((id_, "read"))) for id_ in user_ids}

    async def all(self) -> AsyncIterator[list[Advanced]]:
        """Every row, page by page. Raises StoreUnavailable."""
        async for page in self._cassandra.pages((await self._statements.get()).all):
            yield [Advanced(str(row[0]), str(row[1]), *row[2:]) for row in page]


def _passed(delivered_ms: int | None, read_ms: int | None) -> Passed:
    """Reading implies delivery, and has no row of its own for it."""
    return Passed(min((at_ms for at_ms in (delivered_ms, read_ms) if at_ms is not None), default=None), read_ms)


def _values(row: Advance) -> tuple[UUID, UUID, Kind, int, int, int]:
    return (
        UUID(row.conversation_id), UUID(row.user_id), row.kind, row.to_seq, row.at_ms, first_wins(row.offset)
    )  # fmt: skip
