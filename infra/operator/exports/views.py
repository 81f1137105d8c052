"""Live views as tables: every row as it is when it is read, in a fixed order. Bodies and names stay sealed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from infra.operator.exports.columns import MOMENT, fields_of
from infra.operator.live_rows import LiveRows
from infra.stores import inbox_rows
from infra.stores.inbox_rows import ConversationRow
from infra.stores.memberships import Roster
from infra.stores.timeline import TimelineRow

Row = tuple[Any, ...]
PAGE_SEQS = 1_024
PAGES_AT_ONCE = 16
_TEXT, _NUMBER, _BYTES, _FLAG = pa.string(), pa.int64(), pa.binary(), pa.bool_()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the export, and where its rows come from, page by page. They raise StoreUnavailable."""

    name: str
    schema: pa.Schema
    rows: Callable[[LiveRows], AsyncIterator[Sequence[Row]]]


async def _timeline(live: LiveRows) -> AsyncIterator[Sequence[Row]]:
    """By conversation and seq, with what is in the archive; of conversations that the inbox knows."""
    async for some in inbox_rows.conversations(live.inbox):
        ranges = [
            (one.conversation_id, first, min(one.head_seq, first + PAGE_SEQS - 1))
            for one in some
            for first in range(1, one.head_seq + 1, PAGE_SEQS)
        ]
        for start in range(0, len(ranges), PAGES_AT_ONCE):
            pages = await asyncio.gather(*(live.timeline.read(*one) for one in ranges[start : start + PAGES_AT_ONCE]))
            for rows in pages:
                yield [_timeline_row(row) for row in rows]


def _timeline_row(row: TimelineRow) -> Row:
    said = fields_of(row.event or b"")
    edits = [{"seq": seq, "event": event.decode()} for seq, event in sorted(row.edits.items())]
    reactions = [
        {"seq": seq, "user_id": user_id, "emoji": emoji} for seq, (user_id, emoji) in sorted(row.reactions.items())
    ]
    return (
        row.conversation_id, row.seq, row.at_ms, said.type, said.actor_id, said.message_number, row.message_id,
        _text(row.event), row.unreadable, edits, row.deleted_seq, reactions,
    )  # fmt: skip


async def _receipts(live: LiveRows) -> AsyncIterator[Sequence[Row]]:
    async for rows in live.receipts.all():
        yield rows


async def _memberships(live: LiveRows) -> AsyncIterator[Sequence[Row]]:
    async for rosters in live.memberships.all():
        yield [row for conversation_id, roster in rosters for row in _members(conversation_id, roster)]


def _members(conversation_id: str, roster: Roster) -> Iterator[Row]:
    """Who blocks the other may do so before the conversation has members."""
    known = {member.user_id for member in roster.members}
    for one in roster.members:
        yield conversation_id, one.user_id, one.joined, one.left, one.user_id in roster.blocker_ids
    yield from ((conversation_id, user_id, None, None, True) for user_id in roster.blocker_ids if user_id not in known)


async def _inbox_conversations(live: LiveRows) -> AsyncIterator[Sequence[Row]]:
    async for rows in inbox_rows.conversations(live.inbox):
        yield [_conversation_row(row) for row in rows]


def _conversation_row(row: ConversationRow) -> Row:
    return row._replace(last_message=_text(row.last_message))  # type: ignore[arg-type]  # text in the export


async def _inbox_members(live: LiveRows) -> AsyncIterator[Sequence[Row]]:
    async for rows in inbox_rows.members(live.inbox):
        yield rows


def _text(event: bytes | None) -> str | None:
    return None if event is None else event.decode(errors="replace")


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


_EDITS = pa.list_(pa.struct([("seq", _NUMBER), ("event", _TEXT)]))
_REACTIONS = pa.list_(pa.struct([("seq", _NUMBER), ("user_id", _TEXT), ("emoji", _TEXT)]))
_SEQS = pa.list_(_NUMBER)
VIEWS: Mapping[str, Sequence[Table]] = {
    "timeline": [
        Table(
            "timeline",
            _schema(
                conversation_id=_TEXT, seq=_NUMBER, happened_at=MOMENT, type=_TEXT, actor_id=_TEXT,
                message_number=_NUMBER, message_id=_TEXT, event=_TEXT, unreadable=_TEXT, edits=_EDITS,
                deleted_seq=_NUMBER, reactions=_REACTIONS,
            ),
            _timeline,
        )
    ],
    "receipts": [
        Table(
            "receipts",
            _schema(conversation_id=_TEXT, user_id=_TEXT, kind=_TEXT, to_seq=_NUMBER, happened_at=MOMENT),
            _receipts,
        )
    ],
    "memberships": [
        Table(
            "memberships",
            _schema(conversation_id=_TEXT, user_id=_TEXT, joined_seq=_NUMBER, left_seq=_NUMBER, is_blocking=_FLAG),
            _memberships,
        )
    ],
    "inbox": [
        Table(
            "inbox_conversations",
            _schema(
                conversation_id=_TEXT, kind=_TEXT, head_seq=_NUMBER, head_at=MOMENT, last_message_seq=_NUMBER,
                last_message=_TEXT, last_edit_seq=_NUMBER, is_last_deleted=_FLAG, name=_BYTES, description=_BYTES,
                avatar_media_id=_TEXT, who_can_send=_TEXT, who_can_add=_TEXT, advanced_at=MOMENT,
            ),
            _inbox_conversations,
        ),
        Table(
            "inbox_members",
            _schema(
                conversation_id=_TEXT, user_id=_TEXT, joined_seqs=_SEQS, left_seqs=_SEQS, left_at=MOMENT, role=_TEXT,
                position=_NUMBER, read_seq=_NUMBER, shown_read_seq=_NUMBER, delivered_seq=_NUMBER,
            ),
            _inbox_members,
        ),
    ],
}  # fmt: skip
"""The names that the command takes, and their tables."""
TABLES = {table.name: table for tables in VIEWS.values() for table in tables}
