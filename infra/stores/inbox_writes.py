"""The inbox view in PostgreSQL as its projection writes it: one transaction per micro-batch.

A message to a group costs one row, and one more for its sender; a member's row changes only when that member acts.
What has no seq only grows or carries its command's offset; what has one is written past the head (`Writing.heads`).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import msgspec
import psycopg

from infra.stores.postgres import Connection, Postgres

Params = Sequence[object] | Mapping[str, object]
Cursor = psycopg.AsyncCursor[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Head:
    """A conversation as its last event leaves it; the message is the last one among the new events, if one is."""

    conversation_id: str
    kind: str
    seq: int
    at: str
    message_seq: int | None = None
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Members from `seq` on, in the order of joining."""

    conversation_id: str
    seq: int
    user_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Left:
    conversation_id: str
    seq: int
    at: str
    user_id: str


@dataclass(frozen=True, slots=True)
class RoleSet:
    conversation_id: str
    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class SettingsSet:
    """What is None stays; `avatar` is (media id or None,)."""

    conversation_id: str
    name: bytes | None = None
    description: bytes | None = None
    avatar: tuple[str | None] | None = None
    who_can_send: str | None = None
    who_can_add: str | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    conversation_id: str
    message_seq: int
    seq: int
    event: bytes


@dataclass(frozen=True, slots=True)
class Deleted:
    conversation_id: str
    message_seq: int


@dataclass(frozen=True, slots=True)
class Reacted:
    conversation_id: str
    message_seq: int
    user_id: str
    emoji: str | None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a member has come; the zeros say nothing."""

    conversation_id: str
    user_id: str
    read_seq: int = 0
    shown_read_seq: int = 0
    delivered_seq: int = 0


@dataclass(frozen=True, slots=True)
class Advance:
    """When the last receipt came to a conversation."""

    conversation_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Silent:
    """An event of the timeline that is no message."""

    conversation_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Block:
    blocker_id: str
    blocked_id: str
    conversation_id: str
    is_blocked: bool
    command_offset: int


Change = Joined | Left | RoleSet | SettingsSet | Edited | Deleted | Reacted
"""What happens seldom, and is written one after the other in the order of the log."""


@dataclass(slots=True)
class InboxWrites:
    heads: list[Head] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    advances: list[Advance] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


# One order of locking for everybody.
_LOCK = """
SELECT conversation_id::text, head_seq FROM inbox_v.conversations WHERE conversation_id = ANY(%s::uuid[])
ORDER BY conversation_id FOR UPDATE
"""
# Rows come as one JSON value: msgspec encodes it at once, where the driver's arrays cost 22 % of the views' process.
_HEADS = """
INSERT INTO inbox_v.conversations AS old (conversation_id, kind, head_seq, head_at, last_message_seq, last_message)
SELECT conversation_id, kind, seq, at, message_seq, decode(message, 'base64')
FROM json_to_recordset(%s) AS t (
    conversation_id uuid, kind text, seq bigint, at timestamptz, message_seq bigint, message text)
ON CONFLICT (conversation_id) DO UPDATE SET head_seq = excluded.head_seq, head_at = excluded.head_at,
    last_message_seq = coalesce(excluded.last_message_seq, old.last_message_seq),
    last_message = coalesce(excluded.last_message, old.last_message),
    last_edit = CASE WHEN excluded.last_message_seq IS NULL THEN old.last_edit END,
    last_edit_seq = CASE WHEN excluded.last_message_seq IS NULL THEN old.last_edit_seq END,
    is_last_deleted = excluded.last_message_seq IS NULL AND old.is_last_deleted,
    last_reactions = CASE WHEN excluded.last_message_seq IS NULL THEN old.last_reactions ELSE '{}' END
WHERE old.head_seq < excluded.head_seq
"""
_SILENT = """
INSERT INTO inbox_v.silent_events SELECT conversation_id, seq
FROM json_to_recordset(%s) AS t (conversation_id uuid, seq bigint) ON CONFLICT DO NOTHING
"""
_REACHED = """
UPDATE inbox_v.members m SET read_seq = greatest(m.read_seq, t.read_seq),
    shown_read_seq = greatest(m.shown_read_seq, t.shown_read_seq),
    delivered_seq = greatest(m.delivered_seq, t.delivered_seq)
FROM json_to_recordset(%s) AS t (
    conversation_id uuid, user_id uuid, read_seq bigint, shown_read_seq bigint, delivered_seq bigint)
WHERE m.conversation_id = t.conversation_id AND m.user_id = t.user_id
"""
_ADVANCES = """
UPDATE inbox_v.conversations c SET advanced_at = greatest(c.advanced_at, t.at)
FROM json_to_recordset(%s) AS t (conversation_id uuid, at timestamptz) WHERE c.conversation_id = t.conversation_id
"""
_BLOCKS = """
INSERT INTO inbox_v.blocks AS old SELECT * FROM json_to_recordset(%s) AS t (
    blocker_id uuid, blocked_id uuid, conversation_id uuid, is_blocked boolean, command_offset bigint)
ON CONFLICT (blocker_id, blocked_id) DO UPDATE
SET is_blocked = excluded.is_blocked, command_offset = excluded.command_offset
WHERE old.command_offset < excluded.command_offset
"""
_JOINED = """
INSERT INTO inbox_v.members AS old
    (conversation_id, user_id, joined_seqs, read_seq, shown_read_seq, delivered_seq, position, role)
SELECT %(conversation_id)s, user_id, ARRAY[%(seq)s::bigint], %(seq)s - 1, %(seq)s - 1, %(seq)s - 1,
    %(seq)s * 1000 + place, 'member'
FROM unnest(%(user_ids)s::uuid[]) WITH ORDINALITY AS t (user_id, place)
ON CONFLICT (conversation_id, user_id) DO UPDATE SET joined_seqs = old.joined_seqs || excluded.joined_seqs,
    left_at = NULL, left_name = NULL, position = excluded.position, role = 'member',
    read_seq = greatest(old.read_seq, excluded.read_seq),
    delivered_seq = greatest(old.delivered_seq, excluded.read_seq),
    shown_read_seq = greatest(old.shown_read_seq, excluded.read_seq)
WHERE cardinality(old.joined_seqs) = cardinality(old.left_seqs)
"""
_LEFT = """
UPDATE inbox_v.members m SET left_seqs = m.left_seqs || %(seq)s::bigint, left_at = %(at)s, left_name = c.name
FROM inbox_v.conversations c
WHERE c.conversation_id = m.conversation_id AND m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s
    AND cardinality(m.joined_seqs) > cardinality(m.left_seqs)
"""
_ROLE = """
UPDATE inbox_v.members SET role = %(role)s
WHERE conversation_id = %(conversation_id)s AND user_id = %(user_id)s
"""
_SETTINGS = """
UPDATE inbox_v.conversations SET name = coalesce(%(name)s, name), description = coalesce(%(description)s, description),
    who_can_send = coalesce(%(who_can_send)s, who_can_send), who_can_add = coalesce(%(who_can_add)s, who_can_add)
WHERE conversation_id = %(conversation_id)s
"""
_AVATAR = "UPDATE inbox_v.conversations SET avatar_media_id = %s WHERE conversation_id = %s"
_EDITED = """
UPDATE inbox_v.conversations SET last_edit = %(event)s, last_edit_seq = %(seq)s
WHERE conversation_id = %(conversation_id)s AND last_message_seq = %(message_seq)s
"""
_DELETED = """
UPDATE inbox_v.conversations SET is_last_deleted = true
WHERE conversation_id = %(conversation_id)s AND last_message_seq = %(message_seq)s
"""
_REACTED = """
UPDATE inbox_v.conversations
SET last_reactions = CASE WHEN %(emoji)s::text IS NULL THEN last_reactions - %(user_id)s::text
    ELSE last_reactions || jsonb_build_object(%(user_id)s::text, %(emoji)s::text) END
WHERE conversation_id = %(conversation_id)s AND last_message_seq = %(message_seq)s
"""
_CHANGES: dict[type, str] = {
    Joined: _JOINED, Left: _LEFT, RoleSet: _ROLE, SettingsSet: _SETTINGS, Edited: _EDITED, Deleted: _DELETED,
    Reacted: _REACTED,
}  # fmt: skip


@cache
def _of(version: int, statement: str) -> bytes:
    """A statement for the tables of a version: above, `inbox_v` stands for its schema."""
    return statement.replace("inbox_v.", f"inbox_{version:d}.").encode()


class Writing:
    """One transaction."""

    def __init__(self, connection: Connection, version: int) -> None:
        self._connection = connection
        self._version = version

    async def heads(self, conversation_ids: Sequence[str]) -> dict[str, int]:
        """The heads so far; nobody else moves them until the transaction ends."""
        cursor = await self._execute(_LOCK, (list(conversation_ids),))
        return {str(id_): int(seq) for id_, seq in await cursor.fetchall()}  # type: ignore[call-overload]  # by the query

    async def write(self, writes: InboxWrites) -> None:
        heads = sorted(writes.heads, key=lambda one: one.conversation_id)
        await self._rows(_HEADS, heads)
        for change in writes.changes:
            values = {name: getattr(change, name) for name in change.__slots__}
            await self._execute(_CHANGES[type(change)], values)
            if isinstance(change, SettingsSet) and change.avatar is not None:
                await self._execute(_AVATAR, (change.avatar[0], change.conversation_id))
        await self._rows(_SILENT, writes.silent)
        reached = sorted(writes.reached, key=lambda one: (one.conversation_id, one.user_id))
        await self._rows(_REACHED, reached)
        advances = sorted(writes.advances, key=lambda one: one.conversation_id)
        await self._rows(_ADVANCES, advances)
        await self._rows(_BLOCKS, writes.blocks)

    async def _rows(self, statement: str, rows: Sequence[object]) -> None:
        if rows:
            await self._execute(statement, (msgspec.json.encode(rows).decode(),))

    async def _execute(self, statement: str, values: Params) -> Cursor:
        return await self._connection.execute(_of(self._version, statement), values)


class InboxWriter:
    """Writes one version of the view."""

    def __init__(self, postgres: Postgres, version: int) -> None:
        self._postgres = postgres
        self._version = version

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """A transaction, committed at the end. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            yield Writing(connection, self._version)
