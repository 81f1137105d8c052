"""The canonical form of views' rows: the same whatever the order of writes, wherever a row has moved since. Pure.

Of deleted messages the form has no body: the archive drops it, so a row that was there has none any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from infra.stores.memberships import Roster
from infra.stores.timeline import TimelineRow
from infra.stores.whole_inbox import TABLES, InboxRow
from infra.stores.whole_receipts import StoredAdvance
from infra.stores.whole_timeline import WholeConversation
from schemas.codec import Undecodable, decode_event
from streams.archive.form import archived_form

RowKey = tuple[Any, ...]
"""The table, then what with the conversation is the row's primary key."""
Values = tuple[Any, ...]
Rows = Mapping[RowKey, Values]
"""All rows of a view about one conversation."""

KEYS: Mapping[str, Sequence[str]] = {
    "timeline": ("seq",),
    "timeline_buckets": ("at_ms", "bucket"),
    "receipts": ("user_id", "kind", "to_seq"),
    "memberships": (),
    **{table.name: table.key for table in TABLES},
}
FIELDS: Mapping[str, Sequence[str]] = {
    "timeline": ("at_ms", "message_id", "event", "unreadable", "edits", "deleted_seq", "reactions"),
    "timeline_buckets": (),
    "receipts": ("at_ms",),
    "memberships": ("members", "blocker_ids"),
    **{table.name: table.fields for table in TABLES},
}


def timeline_rows(whole: WholeConversation) -> Rows:
    rows: dict[RowKey, Values] = {("timeline", row.seq): _timeline_values(row) for row in _without_bodies(whole.rows)}
    rows.update({("timeline_buckets", at_ms, bucket): () for at_ms, bucket in whole.buckets})
    return rows


def receipts_rows(advances: Iterable[StoredAdvance]) -> Rows:
    return {("receipts", one.user_id, one.kind, one.to_seq): (one.at_ms,) for one in advances}


def memberships_rows(roster: Roster | None) -> Rows:
    """A roster of nobody is none: who blocked before a conversation began, and took it back, leaves one."""
    if roster is None or not (roster.members or roster.blocker_ids):
        return {}
    members = tuple((one.user_id, one.joined, one.left) for one in roster.members)
    return {("memberships",): (members, tuple(sorted(roster.blocker_ids)))}


def inbox_rows(rows: Iterable[InboxRow]) -> Rows:
    return {(table, *key): fields for table, key, fields in rows}


def _timeline_values(row: TimelineRow) -> Values:
    return (
        row.at_ms, row.message_id, row.event, row.unreadable, tuple(sorted(row.edits.items())), row.deleted_seq,
        tuple(sorted(row.reactions.items())),
    )  # fmt: skip


def _without_bodies(rows: Sequence[TimelineRow]) -> Sequence[TimelineRow]:
    try:
        return archived_form(rows)
    except Undecodable:
        # A value that is broken here stays as it is, and is found to differ.
        broken = [row for row in rows if not _is_readable(row)]
        return [*archived_form([row for row in rows if row not in broken]), *broken]


def _is_readable(row: TimelineRow) -> bool:
    try:
        for value in chain(() if row.event is None else (row.event,), row.edits.values()):
            decode_event(value)
    except Undecodable:
        return False
    return True
