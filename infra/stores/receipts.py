"""The receipts view in Cassandra: a row for each advance of a member's watermark, by the seq that it reached.

"When did Bob read message 17" is the time of the first row at or past 17. A watermark only grows, so a partition is as
long as the member's own acknowledgements are many. Rows are immutable, and the first record wins whatever comes when.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from cassandra.query import BatchStatement, BatchType, PreparedStatement

from infra.stores.cassandra import Cassandra

BATCH_ROWS = 24  # as the timeline's
WRITES_AT_ONCE = 8
TIMESTAMP_TOP = 1 << 52

TABLES = (
    """CREATE TABLE IF NOT EXISTS receipts_1 (
        conversation_id uuid, user_id uuid, kind text, to_seq bigint, at_ms bigint,
        PRIMARY KEY ((conversation_id, user_id, kind), to_seq))
        WITH compression = {'class': 'LZ4Compressor'}""",
)

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


@dataclass(frozen=True, slots=True)
class Passed:
    """When a member passed a seq; None: not yet, or not for others to know."""

    delivered_at_ms: int | None = None
    read_at_ms: int | None = None


class Receipts:
    def __init__(
        self, cassandra: Cassandra, insert: PreparedStatement, first: PreparedStatement, *, is_one_replica_set: bool
    ) -> None:
        self._cassandra = cassandra
        self._insert = insert
        self._first = first
        self._is_one_replica_set = is_one_replica_set

    @classmethod
    async def prepare(cls, cassandra: Cassandra, *, is_one_replica_set: bool) -> "Receipts":
        """`is_one_replica_set`: every node holds every row, so rows of any partition may go in one batch."""
        insert = (
            "INSERT INTO receipts_1 (conversation_id, user_id, kind, to_seq, at_ms) VALUES (?, ?, ?, ?, ?)"
            " USING TIMESTAMP ?"
        )
        first = (
            "SELECT user_id, kind, at_ms FROM receipts_1 WHERE conversation_id = ? AND user_id IN ?"
            " AND kind IN ('delivered', 'read') AND to_seq >= ? PER PARTITION LIMIT 1"
        )
        prepared = await cassandra.prepare(insert), await cassandra.prepare(first)
        return cls(cassandra, *prepared, is_one_replica_set=is_one_replica_set)

    async def write(self, advances: Sequence[Advance]) -> None:
        """Write rows; done when all are durable. Writing them again changes nothing. Raises StoreUnavailable."""
        batches = list(self._batches(advances))
        for start in range(0, len(batches), WRITES_AT_ONCE):
            await asyncio.gather(*map(self._cassandra.execute, batches[start : start + WRITES_AT_ONCE]))

    def _batches(self, advances: Sequence[Advance]) -> Iterator[BatchStatement]:
        grouped: dict[object, list[Advance]] = {}
        for one in advances:
            group = None if self._is_one_replica_set else (one.conversation_id, one.user_id, one.kind)
            grouped.setdefault(group, []).append(one)
        for rows in grouped.values():
            for start in range(0, len(rows), BATCH_ROWS):
                batch = BatchStatement(BatchType.UNLOGGED)
                for row in rows[start : start + BATCH_ROWS]:
                    batch.add(self._insert, _values(row))
                yield batch

    async def passed(self, conversation_id: str, user_ids: Sequence[str], seq: int) -> Mapping[str, Passed]:
        """When each of these members passed `seq`. Raises StoreUnavailable."""
        if not user_ids:
            return {}
        values = (UUID(conversation_id), [UUID(user_id) for user_id in user_ids], seq)
        rows = await self._cassandra.execute(self._first, values)
        at_ms = {(str(row.user_id), row.kind): row.at_ms for row in rows}
        return {id_: _passed(at_ms.get((id_, "delivered")), at_ms.get((id_, "read"))) for id_ in user_ids}


def _passed(delivered_ms: int | None, read_ms: int | None) -> Passed:
    """Reading implies delivery: its row may be seen a moment before that of the delivery it came with."""
    return Passed(read_ms if delivered_ms is None else delivered_ms, read_ms)


def _values(row: Advance) -> tuple[UUID, UUID, Kind, int, int, int]:
    return (
        UUID(row.conversation_id), UUID(row.user_id), row.kind, row.to_seq, row.at_ms, TIMESTAMP_TOP - row.offset
    )  # fmt: skip
