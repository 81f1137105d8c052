"""Rows as the archive keeps them: without the bodies of messages that were deleted. Pure."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from infra.stores.timeline import TimelineRow
from schemas.codec import decode_event, encode
from schemas.events import MessageEdited, MessageSent

Message = tuple[str, int]
"""A conversation, and the seq of a message in it."""


def edited_elsewhere(rows: Sequence[TimelineRow]) -> frozenset[Message]:
    """The messages that are edited in these rows and are not among them."""
    messages = {(edit.conversation_id, edit.message_seq) for edit in map(_edit, rows) if edit}
    return frozenset(messages.difference((row.conversation_id, row.seq) for row in rows) if messages else ())


def archived_form(rows: Sequence[TimelineRow], also_deleted: Iterable[Message] = ()) -> list[TimelineRow]:
    """`also_deleted`: those of `edited_elsewhere` that are."""
    deleted = {(row.conversation_id, row.seq) for row in rows if row.deleted_seq is not None} | set(also_deleted)
    return [_without_body(row, deleted) for row in rows] if deleted else list(rows)


def _without_body(row: TimelineRow, deleted: set[Message]) -> TimelineRow:
    if (row.conversation_id, row.seq) in deleted:
        return replace(
            row, event=_bare(row.event), edits={seq: _bare(value) or b"" for seq, value in row.edits.items()}
        )
    edit = _edit(row)
    if edit is not None and (edit.conversation_id, edit.message_seq) in deleted:
        return replace(row, event=_bare(row.event))
    return row


def _edit(row: TimelineRow) -> MessageEdited | None:
    if row.message_id is not None or row.event is None:
        return None
    event = decode_event(row.event)
    return event if isinstance(event, MessageEdited) else None


def _bare(value: bytes | None) -> bytes | None:
    """The event without its ciphertext; kind and size stay, as in the log."""
    event = None if value is None else decode_event(value)
    if not isinstance(event, MessageSent | MessageEdited):
        return value
    return encode(replace(event, body=replace(event.body, sealed=b"")))
