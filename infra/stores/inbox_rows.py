"""The inbox view as a whole: every row of its conversations and members, for exports. Names stay sealed."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import LiteralString, NamedTuple

from infra.stores.postgres import Postgres

ROWS_AT_ONCE = 5_000
NIL = "00000000-0000-0000-0000-000000000000"
_CONVERSATIONS = """
SELECT conversation_id::text, kind, head_seq, head_at, last_message_seq, last_message, last_edit_seq, is_last_deleted,
    name, description, avatar_media_id::text, who_can_send, who_can_add, advanced_at
FROM inbox.conversations WHERE conversation_id > %s::uuid ORDER BY conversation_id LIMIT %s
"""
_MEMBERS = """
SELECT conversation_id::text, user_id::text, joined_seqs, left_seqs, left_at, role, position, read_seq, shown_read_seq,
    delivered_seq
FROM inbox.members WHERE (conversation_id, user_id) > (%s::uuid, %s::uuid)
ORDER BY conversation_id, user_id LIMIT %s
"""


class ConversationRow(NamedTuple):
    """`name` and `description` sealed; `last_message` is the event as it stands in the log."""

    conversation_id: str
    kind: str
    head_seq: int
    head_at: datetime
    last_message_seq: int | None
    last_message: bytes | None
    last_edit_seq: int | None
    is_last_deleted: bool
    name: bytes | None
    description: bytes | None
    avatar_media_id: str | None
    who_can_send: str
    who_can_add: str
    advanced_at: datetime | None


class MemberRow(NamedTuple):
    """Joined and left at these seqs; as many of both: not there any more."""

    conversation_id: str
    user_id: str
    joined_seqs: list[int]
    left_seqs: list[int]
    left_at: datetime | None
    role: str
    position: int
    read_seq: int
    shown_read_seq: int
    delivered_seq: int


async def conversations(postgres: Postgres) -> AsyncIterator[list[ConversationRow]]:
    """By conversation, some at a time. Raises StoreUnavailable."""
    after = NIL
    while rows := [ConversationRow(*row) for row in await _page(postgres, _CONVERSATIONS, after)]:  # type: ignore[arg-type]  # the table's own types
        yield rows
        after = rows[-1].conversation_id


async def members(postgres: Postgres) -> AsyncIterator[list[MemberRow]]:
    """By conversation and user, some at a time. Raises StoreUnavailable."""
    after = (NIL, NIL)
    while rows := [MemberRow(*row) for row in await _page(postgres, _MEMBERS, *after)]:  # type: ignore[arg-type]  # likewise
        yield rows
        after = (rows[-1].conversation_id, rows[-1].user_id)


async def _page(postgres: Postgres, query: LiteralString, *after: str) -> list[tuple[object, ...]]:
    async with postgres.connection() as connection:
        found = await connection.execute(query, (*after, ROWS_AT_ONCE))
        return await found.fetchall()
