"""The inbox view in PostgreSQL: conversations with their heads, members with their positions.

A message to a group costs one row, and one more for its sender; a member's row changes only when that member acts.
Every write carries a seq and never undoes a newer one; writing twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from infra.stores.postgres import Connection, Postgres


@dataclass(frozen=True, slots=True)
class Head:
    """A conversation as its last event leaves it; `event` is the last message's record value."""

    conversation_id: str
    kind: str
    seq: int
    message_number: int
    at: str
    event: bytes


@dataclass(frozen=True, slots=True)
class Joined:
    """A member from `seq` on; `number` is the message number before it; `position` keeps the order of joining."""

    conversation_id: str
    user_id: str
    seq: int
    number: int
    position: int
    role: str


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """A member has read up to `seq`, which is message `number`."""

    conversation_id: str
    user_id: str
    seq: int
    number: int


@dataclass(frozen=True, slots=True)
class InboxWrites:
    heads: Sequence[Head]
    joined: Sequence[Joined]
    read: Sequence[ReadPosition]


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's view of a conversation, from one row: `head_seq` is the last seq that this user may see."""

    conversation_id: str
    kind: str
    head_seq: int
    head_at: datetime
    head_event: bytes
    joined_seq: int
    role: str | None
    delivered_seq: int
    read_seq: int
    unread: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberPosition:
    """Someone who is in a conversation, and how far they have come."""

    user_id: str
    role: str
    joined_seq: int
    delivered_seq: int
    read_seq: int


# Rows come as one JSON value: msgspec encodes it at once, where the driver's arrays cost 22 % of the views' process.
_HEADS = """
INSERT INTO inbox_1.conversations AS old (conversation_id, kind, head_seq, message_number, head_at, head_event)
SELECT conversation_id, kind, seq, message_number, at, decode(event, 'base64')
FROM json_to_recordset(%s) AS t (
    conversation_id uuid, kind text, seq bigint, message_number bigint, at timestamptz, event text)
ON CONFLICT (conversation_id) DO UPDATE SET head_seq = excluded.head_seq, message_number = excluded.message_number,
    head_at = excluded.head_at, head_event = excluded.head_event
WHERE old.head_seq < excluded.head_seq
"""
_JOINED = """
INSERT INTO inbox_1.members (conversation_id, user_id, joined_seq, read_seq, delivered_seq, read_number, position, role)
SELECT conversation_id, user_id, seq, seq - 1, seq - 1, number, position, role
FROM json_to_recordset(%s) AS t (
    conversation_id uuid, user_id uuid, seq bigint, number bigint, position int, role text)
ON CONFLICT DO NOTHING
"""
_READ = """
UPDATE inbox_1.members m SET read_seq = t.seq, read_number = t.number, delivered_seq = greatest(m.delivered_seq, t.seq)
FROM json_to_recordset(%s) AS t (conversation_id uuid, user_id uuid, seq bigint, number bigint)
WHERE m.conversation_id = t.conversation_id AND m.user_id = t.user_id AND m.read_seq < t.seq
"""
_MEMBERSHIPS = """
SELECT c.conversation_id::text, c.kind, least(c.head_seq, m.left_seq), c.head_at, c.head_event, m.joined_seq,
    CASE WHEN m.left_seq IS NULL THEN m.role END, m.delivered_seq, m.read_seq, c.message_number - m.read_number,
    CASE WHEN c.kind = 'direct' THEN
        (SELECT array_agg(o.user_id::text ORDER BY o.position) FROM inbox_1.members o
         WHERE o.conversation_id = c.conversation_id) END
FROM inbox_1.members m JOIN inbox_1.conversations c USING (conversation_id)
WHERE m.user_id = %s
"""
_MEMBERS = """
SELECT user_id::text, role, joined_seq, delivered_seq, read_seq FROM inbox_1.members
WHERE conversation_id = %s AND left_seq IS NULL ORDER BY position
"""
_NEWEST_FIRST = " ORDER BY c.head_at DESC, c.conversation_id DESC LIMIT %s"


class Inbox:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def write(self, writes: InboxWrites) -> None:
        """Apply the writes in one transaction. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await _write(connection, writes)

    async def newest(self, user_id: str, limit: int, before: tuple[str, str] | None = None) -> list[Membership]:
        """A user's conversations, newest activity first, from below `before` (time, id) on. Raises StoreUnavailable."""
        if before is None:
            return await self._memberships(_MEMBERSHIPS + _NEWEST_FIRST, user_id, limit)
        below = " AND (c.head_at, c.conversation_id) < (%s::timestamptz, %s::uuid)"
        return await self._memberships(_MEMBERSHIPS + below + _NEWEST_FIRST, user_id, *before, limit)

    async def one(self, user_id: str, conversation_id: str) -> Membership | None:
        """A user's view of one conversation, None unless they ever were a member. Raises StoreUnavailable."""
        rows = await self._memberships(_MEMBERSHIPS + " AND m.conversation_id = %s", user_id, conversation_id)
        return rows[0] if rows else None

    async def all(self, user_id: str) -> list[Membership]:
        """All of a user's conversations, in no order. Raises StoreUnavailable."""
        return await self._memberships(_MEMBERSHIPS, user_id)

    async def members(self, conversation_id: str) -> list[MemberPosition]:
        """Who is in a conversation, in the order of joining. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(_MEMBERS, (conversation_id,))
            rows = await cursor.fetchall()
        return [MemberPosition(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query

    async def _memberships(self, query: str, *values: object) -> list[Membership]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(query.encode(), values)
            rows = await cursor.fetchall()
        return [Membership(*row[:10], tuple(row[10] or ())) for row in rows]  # type: ignore[arg-type, call-arg]  # typed by the query


async def _write(connection: Connection, writes: InboxWrites) -> None:
    heads = sorted(writes.heads, key=lambda one: one.conversation_id)  # one order of locking for everybody
    for statement, rows in ((_HEADS, heads), (_JOINED, writes.joined), (_READ, writes.read)):
        if rows:
            await connection.execute(statement, (msgspec.json.encode(rows).decode(),))

