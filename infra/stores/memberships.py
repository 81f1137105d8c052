"""Fan-out's own membership view in Cassandra: who is in a conversation, and from which seq to which."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from cassandra.query import PreparedStatement
from msgspec import Struct

from infra.stores.cassandra import Cassandra

AT_ONCE = 16
TABLES = (
    """CREATE TABLE IF NOT EXISTS memberships_1 (conversation_id uuid, members blob, PRIMARY KEY (conversation_id))""",
)


class Member(Struct, frozen=True, array_like=True):
    """A member from seq `joined` up to, not including, `left` (None: still there)."""

    user_id: str
    joined: int
    left: int | None = None

    def sees(self, seq: int) -> bool:
        return self.joined <= seq and (self.left is None or seq < self.left)


Members = tuple[Member, ...]
_decoder: msgspec.msgpack.Decoder[Members] = msgspec.msgpack.Decoder(Members)


class Memberships:
    def __init__(self, cassandra: Cassandra, put: PreparedStatement, get: PreparedStatement) -> None:
        self._cassandra = cassandra
        self._put = put
        self._get = get

    @classmethod
    async def prepare(cls, cassandra: Cassandra) -> "Memberships":
        put = "INSERT INTO memberships_1 (conversation_id, members) VALUES (?, ?) USING TIMESTAMP ?"
        get = "SELECT members FROM memberships_1 WHERE conversation_id = ?"
        return cls(cassandra, await cassandra.prepare(put), await cassandra.prepare(get))

    async def load(self, conversation_ids: Sequence[str]) -> dict[str, Members]:
        """The members of those conversations that are known. Raises StoreUnavailable."""
        found: dict[str, Members] = {}
        for start in range(0, len(conversation_ids), AT_ONCE):
            some = conversation_ids[start : start + AT_ONCE]
            answers = await asyncio.gather(*(self._cassandra.execute(self._get, (UUID(id_),)) for id_ in some))
            found |= {id_: _decoder.decode(rows[0].members) for id_, rows in zip(some, answers, strict=True) if rows}
        return found

    async def save(self, changed: Mapping[str, tuple[int, Members]]) -> None:
        """Save members as they are after a seq; an older seq never replaces a newer. Raises StoreUnavailable."""
        values = [(UUID(id_), msgspec.msgpack.encode(members), seq) for id_, (seq, members) in changed.items()]
        for start in range(0, len(values), AT_ONCE):
            await asyncio.gather(*(self._cassandra.execute(self._put, one) for one in values[start : start + AT_ONCE]))
