"""Fan-out's own membership view in Cassandra: who is in a conversation, from which seq to which, and who blocks."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from cassandra.query import PreparedStatement
from msgspec import Struct

from infra.stores.cassandra import Cassandra
from infra.stores.versions import Prepared, Which

AT_ONCE = 16


def tables(version: int) -> tuple[str, ...]:
    """What makes, or completes, the table of a version."""
    return (
        f"CREATE TABLE IF NOT EXISTS memberships_{version} (conversation_id uuid PRIMARY KEY, members blob)",
        f"ALTER TABLE memberships_{version} ADD IF NOT EXISTS blockers blob",
    )


def drops(version: int) -> tuple[str, ...]:
    return (f"DROP TABLE IF EXISTS memberships_{version}",)


class Member(Struct, frozen=True, array_like=True):
    """A member from seq `joined` up to, not including, `left` (None: still there). Who came again is there twice."""

    user_id: str
    joined: int
    left: int | None = None

    def sees(self, seq: int) -> bool:
        return self.joined <= seq and (self.left is None or seq < self.left)


Members = tuple[Member, ...]
BlockerIds = tuple[str, ...]
_members: msgspec.msgpack.Decoder[Members] = msgspec.msgpack.Decoder(Members)
_blockers: msgspec.msgpack.Decoder[BlockerIds] = msgspec.msgpack.Decoder(BlockerIds)


class Roster(Struct, frozen=True):
    """A conversation's members, and those of a direct one who block the other."""

    members: Members
    blocker_ids: BlockerIds = ()

    def recipients(self, seq: int) -> list[str]:
        """Who sees the event at `seq`."""
        return [member.user_id for member in self.members if member.sees(seq)]

    def present(self) -> list[str]:
        """Who is a member now."""
        return [member.user_id for member in self.members if member.left is None]


@dataclass(frozen=True, slots=True)
class _Statements:
    put: PreparedStatement
    put_blockers: PreparedStatement
    get: PreparedStatement
    all: PreparedStatement


_TEXTS = {
    "put": "INSERT INTO memberships_{version} (conversation_id, members) VALUES (?, ?) USING TIMESTAMP ?",
    "put_blockers": "INSERT INTO memberships_{version} (conversation_id, blockers) VALUES (?, ?) USING TIMESTAMP ?",
    "get": "SELECT members, blockers FROM memberships_{version} WHERE conversation_id = ?",
    "all": "SELECT conversation_id, members, blockers FROM memberships_{version}",
}


class Memberships:
    def __init__(self, cassandra: Cassandra, which: Which) -> None:
        self._cassandra = cassandra
        self._statements = Prepared(cassandra, which, _TEXTS, _Statements)

    @classmethod
    async def prepare(cls, cassandra: Cassandra, which: Which) -> "Memberships":
        """Raises StoreUnavailable."""
        memberships = cls(cassandra, which)
        await memberships._statements.get()
        return memberships

    async def load(self, conversation_ids: Sequence[str]) -> dict[str, Roster]:
        """The rosters of those conversations that anything is known of: one may be blocked before it has begun, and has
        no members then. Raises StoreUnavailable."""
        found: dict[str, Roster] = {}
        get = (await self._statements.get()).get
        for start in range(0, len(conversation_ids), AT_ONCE):
            some = conversation_ids[start : start + AT_ONCE]
            answers = await asyncio.gather(*(self._cassandra.execute(get, (UUID(id_),)) for id_ in some))
            for id_, rows in zip(some, answers, strict=True):
                if rows:
                    found[id_] = _roster(rows[0])
        return found

    async def all(self) -> AsyncIterator[list[tuple[str, Roster]]]:
        """Every conversation with its roster, page by page. Raises StoreUnavailable."""
        async for page in self._cassandra.pages((await self._statements.get()).all):
            yield [(str(row.conversation_id), _roster(row)) for row in page]

    async def save(self, changed: Mapping[str, tuple[int, Members]]) -> None:
        """Save members as they are after a seq; an older seq never replaces a newer. Raises StoreUnavailable."""
        await self._save((await self._statements.get()).put, changed)

    async def save_blockers(self, changed: Mapping[str, tuple[int, BlockerIds]]) -> None:
        """Save blockers as they are after the command at an offset, likewise ordered. Raises StoreUnavailable."""
        await self._save((await self._statements.get()).put_blockers, changed)

    async def _save(self, put: PreparedStatement, changed: Mapping[str, tuple[int, Any]]) -> None:
        values = [(UUID(id_), msgspec.msgpack.encode(value), order) for id_, (order, value) in changed.items()]
        for start in range(0, len(values), AT_ONCE):
            await asyncio.gather(*(self._cassandra.execute(put, one) for one in values[start : start + AT_ONCE]))


def _roster(row: Any) -> Roster:
    members = _members.decode(row.members) if row.members else ()
    return Roster(members, _blockers.decode(row.blockers) if row.blockers else ())
