"""All of a version of the receipts: which partitions it has, and whole conversations."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from cassandra.query import PreparedStatement

from infra.stores.cassandra import Cassandra
from infra.stores.receipts import Kind
from infra.stores.versions import Prepared, fixed
from infra.stores.whole_views import AT_ONCE, Part, Partition

_KINDS: Mapping[str, bytes] = {"delivered": b"d", "read": b"r"}
_KIND_OF = {letter: kind for kind, letter in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class StoredAdvance:
    user_id: str
    kind: Kind
    to_seq: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class _Statements:
    partitions: PreparedStatement
    rows: PreparedStatement


_TEXTS = {
    "partitions": "SELECT DISTINCT conversation_id, user_id, kind FROM receipts_{version}",
    "rows": "SELECT to_seq, at_ms FROM receipts_{version} WHERE conversation_id = ? AND user_id = ? AND kind = ?",
}


def watermark_part(user_id: str, kind: str) -> Part:
    return UUID(user_id).bytes + _KINDS[kind]


class WholeReceipts:
    """Every call raises StoreUnavailable. A conversation's parts are its members' watermarks."""

    part_bytes = 17

    def __init__(self, cassandra: Cassandra, version: int) -> None:
        self._cassandra = cassandra
        self._statements = Prepared(cassandra, fixed(version), _TEXTS, _Statements)

    async def partitions(self) -> AsyncGenerator[Sequence[Partition]]:
        """Page by page, in no order."""
        async for rows in self._cassandra.pages((await self._statements.get()).partitions):
            yield [(row.conversation_id.bytes, row.user_id.bytes + _KINDS[row.kind]) for row in rows]

    async def read(self, wanted: Mapping[str, Sequence[Part]]) -> Mapping[str, Sequence[StoredAdvance]]:
        """These conversations, whole; also those of which nothing is there."""
        gate = asyncio.Semaphore(AT_ONCE)
        read = (self._read(UUID(id_), parts, gate) for id_, parts in wanted.items())
        return dict(zip(wanted, await asyncio.gather(*read), strict=True))

    async def _read(self, id_: UUID, parts: Sequence[Part], gate: asyncio.Semaphore) -> list[StoredAdvance]:
        async with gate:
            rows = (await self._statements.get()).rows
            found: list[StoredAdvance] = []
            for part in parts:
                user_id, kind = UUID(bytes=part[:16]), cast("Kind", _KIND_OF[part[16:]])
                async for page in self._cassandra.pages(rows, (id_, user_id, kind)):
                    found += [StoredAdvance(str(user_id), kind, row.to_seq, row.at_ms) for row in page]
            return found
