"""The inbox view in PostgreSQL as it is asked: a user's conversations, and who is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from infra.stores.postgres import Postgres
from schemas.commands import Who


@dataclass(frozen=True, slots=True)
class Span:
    """From seq `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LastMessage:
    """A conversation's last message and what became of it: events as they stand in the log."""

    seq: int
    event: bytes
    edit: bytes | None
    edit_seq: int | None
    is_deleted: bool
    reactions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's view of a conversation, from one row: nothing beyond `spans` may be shown to this user."""

    conversation_id: str
    kind: str
    spans: tuple[Span, ...]
    active_at: datetime
    last_message: LastMessage | None
    name: bytes | None
    role: str | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: datetime | None
    advanced_at: datetime | None
    members: tuple[str, ...] | None

    @property
    def head_seq(self) -> int:
        """The last seq that this user may see."""
        return self.spans[-1].last

    @property
    def joined_seq(self) -> int:
        return self.spans[-1].first

    def sees(self, seq: int) -> bool:
        return any(one.first <= seq <= one.last for one in self.spans)


@dataclass(frozen=True, slots=True)
class MemberPosition:
    """Someone who is in a conversation, and how far they have come as others may see it."""

    user_id: str
    role: str
    joined_seq: int
    delivered_seq: int
    read_seq: int


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """`description` is sealed."""

    description: bytes | None
    avatar_media_id: str | None
    who_can_send: Who
    who_can_add: Who


# An interval goes from joining to the removal that ended it; the last one, if it goes on, to the head.
_IS_PRESENT = "cardinality(m.joined_seqs) > cardinality(m.left_seqs)"
_CAP = "coalesce(m.left_seqs[cardinality(m.joined_seqs)], c.head_seq)"
_MEMBERSHIPS = f"""
SELECT c.conversation_id::text, c.kind, m.joined_seqs, m.left_seqs, c.head_seq, coalesce(m.left_at, c.head_at),
    c.last_message_seq, c.last_message, c.last_edit, c.last_edit_seq, c.is_last_deleted, c.last_reactions,
    CASE WHEN {_IS_PRESENT} THEN c.name ELSE m.left_name END, CASE WHEN {_IS_PRESENT} THEN m.role END,
    m.delivered_seq, m.read_seq,
    greatest(0, {_CAP} - m.read_seq) - (SELECT count(*) FROM inbox.silent_events s
        WHERE s.conversation_id = c.conversation_id AND s.seq > m.read_seq AND s.seq <= {_CAP}),
    p.muted_until, c.advanced_at,
    CASE WHEN c.kind = 'direct' THEN
        (SELECT array_agg(o.user_id::text ORDER BY o.position) FROM inbox.members o
         WHERE o.conversation_id = c.conversation_id) END
FROM inbox.members m JOIN inbox.conversations c USING (conversation_id)
LEFT JOIN preferences p ON p.user_id = m.user_id AND p.conversation_id = m.conversation_id
WHERE m.user_id = %s
"""  # noqa: S608 — made of parts that stand above
_NEWEST_FIRST = " ORDER BY coalesce(m.left_at, c.head_at) DESC, c.conversation_id DESC LIMIT %s"
_JOINED = "cardinality(array(SELECT 1 FROM unnest(m.joined_seqs) j WHERE j <= %(seq)s))"
# Who is there once the event at a seq has happened, since when; and who gets that event, of whom it may remove one.
_MEMBERS = f"""
SELECT m.user_id::text, m.role, m.joined_seqs[{_JOINED}], m.delivered_seq, m.shown_read_seq
FROM inbox.members m WHERE m.conversation_id = %(conversation_id)s
    AND {_JOINED} > cardinality(array(SELECT 1 FROM unnest(m.left_seqs) l WHERE l <= %(seq)s))
ORDER BY m.position
"""  # noqa: S608 — as above
_MEMBERS_AT = f"""
SELECT m.user_id::text FROM inbox.members m WHERE m.conversation_id = %(conversation_id)s
    AND {_JOINED} > cardinality(array(SELECT 1 FROM unnest(m.left_seqs) l WHERE l < %(seq)s))
ORDER BY m.position
"""  # noqa: S608 — as above


class Inbox:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def newest(self, user_id: str, limit: int, before: tuple[str, str] | None = None) -> list[Membership]:
        """A user's conversations, newest activity first, from below `before` (time, id) on. Raises StoreUnavailable."""
        if before is None:
            return await self._memberships(_MEMBERSHIPS + _NEWEST_FIRST, user_id, limit)
        below = " AND (coalesce(m.left_at, c.head_at), c.conversation_id) < (%s::timestamptz, %s::uuid)"
        return await self._memberships(_MEMBERSHIPS + below + _NEWEST_FIRST, user_id, *before, limit)

    async def one(self, user_id: str, conversation_id: str) -> Membership | None:
        """A user's view of one conversation, None unless they ever were a member. Raises StoreUnavailable."""
        rows = await self._memberships(_MEMBERSHIPS + " AND m.conversation_id = %s", user_id, conversation_id)
        return rows[0] if rows else None

    async def all(self, user_id: str) -> list[Membership]:
        """All of a user's conversations, in no order. Raises StoreUnavailable."""
        return await self._memberships(_MEMBERSHIPS, user_id)

    async def members(self, conversation_id: str, seq: int) -> list[MemberPosition]:
        """Who is in a conversation after the event at a seq, in the order of joining. Raises StoreUnavailable."""
        rows = await self._rows(_MEMBERS, {"conversation_id": conversation_id, "seq": seq})
        return [MemberPosition(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query

    async def members_at(self, conversation_id: str, seq: int) -> tuple[str, ...]:
        """To whom the event at a seq went, in the order of joining. Raises StoreUnavailable."""
        rows = await self._rows(_MEMBERS_AT, {"conversation_id": conversation_id, "seq": seq})
        return tuple(str(row[0]) for row in rows)

    async def settings(self, conversation_id: str) -> GroupSettings | None:
        """A group's settings, None for what is no group. Raises StoreUnavailable."""
        query = (
            "SELECT description, avatar_media_id::text, who_can_send, who_can_add FROM inbox.conversations"
            " WHERE conversation_id = %(conversation_id)s AND kind = 'group'"
        )
        rows = await self._rows(query, {"conversation_id": conversation_id})
        return GroupSettings(*rows[0]) if rows else None  # type: ignore[arg-type]  # typed by the query

    async def direct_members(self, conversation_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The two members of those that are direct conversations, nobody for groups. Raises StoreUnavailable."""
        query = (
            "SELECT c.conversation_id::text, CASE WHEN c.kind = 'direct' THEN (SELECT array_agg(m.user_id::text)"
            " FROM inbox.members m WHERE m.conversation_id = c.conversation_id) END"
            " FROM inbox.conversations c WHERE c.conversation_id = ANY(%(ids)s::uuid[])"
        )
        rows = await self._rows(query, {"ids": list(conversation_ids)})
        return {str(id_): tuple(found or ()) for id_, found in rows}  # type: ignore[arg-type]  # typed by the query

    async def blocked(self, user_id: str) -> list[str]:
        """Whom a user blocks. Raises StoreUnavailable."""
        query = "SELECT blocked_id::text FROM inbox.blocks WHERE blocker_id = %(user_id)s AND is_blocked ORDER BY 1"
        return [str(row[0]) for row in await self._rows(query, {"user_id": user_id})]

    async def _memberships(self, query: str, *values: object) -> list[Membership]:
        return [_membership(row) for row in await self._rows(query, values)]

    async def _rows(
        self, query: str, values: Sequence[object] | Mapping[str, object]
    ) -> list[tuple[object, ...]]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(query.encode(), values)
            return await cursor.fetchall()


def _membership(row: Sequence[object]) -> Membership:
    """A row of _MEMBERSHIPS."""
    id_, kind, joined, left, head_seq, active_at, *rest = row
    *last, name, role, delivered, read, unread, muted, advanced, who = rest
    return Membership(
        conversation_id=id_,  # type: ignore[arg-type]  # this and all below: typed by the query
        kind=kind,  # type: ignore[arg-type]
        spans=_spans(joined, left, head_seq),  # type: ignore[arg-type]
        active_at=active_at,  # type: ignore[arg-type]
        last_message=None if last[0] is None else LastMessage(*last),  # type: ignore[arg-type]
        name=name,  # type: ignore[arg-type]
        role=role,  # type: ignore[arg-type]
        delivered_seq=delivered,  # type: ignore[arg-type]
        read_seq=read,  # type: ignore[arg-type]
        unread=unread,  # type: ignore[arg-type]
        muted_until=muted,  # type: ignore[arg-type]
        advanced_at=advanced,  # type: ignore[arg-type]
        members=None if who is None else tuple(who),  # type: ignore[arg-type]
    )


def _spans(joined: Sequence[int], left: Sequence[int], head_seq: int) -> tuple[Span, ...]:
    ends = (*left, head_seq) if len(left) < len(joined) else left
    return tuple(Span(first, last) for first, last in zip(joined, ends, strict=True))
