"""Events to rows of the timeline, and to what they change on the rows of messages. Pure: no other view, no clock."""

from infra.stores.timeline import Deleted, Edited, Patch, Reacted, TimelineRow
from schemas.codec import Undecodable, decode_event
from schemas.envelope import header
from schemas.events import AnyTimelineEvent, MessageDeleted, MessageEdited, MessageSent, ReactionSet, TimelineEvent
from schemas.times import milliseconds
from streams.runtime.records import Record


def project(record: Record) -> tuple[TimelineRow, Patch | None] | None:
    """The row of a record, and what it changes on a message's; None if it has no place in the timeline.

    An event that cannot be read still gets its row.
    """
    try:
        event = decode_event(record.value)
    except Undecodable as broken:
        row = _unreadable(record, broken)
        return (row, None) if row else None
    if not isinstance(event, TimelineEvent):
        return None
    row = TimelineRow(
        conversation_id=event.conversation_id,
        seq=event.seq,
        at_ms=milliseconds(event.at),
        offset=record.offset,
        event=record.value,
        message_id=event.message_id if isinstance(event, MessageSent) else None,
    )
    return row, _patch(event, record)


def _patch(event: AnyTimelineEvent, record: Record) -> Patch | None:
    match event:
        case MessageEdited():
            return Edited(event.conversation_id, event.message_seq, event.seq, record.offset, record.value)
        case MessageDeleted():
            return Deleted(event.conversation_id, event.message_seq, event.seq)
        case ReactionSet():
            place = (event.conversation_id, event.message_seq, event.seq, record.offset)
            return Reacted(*place, event.actor_id, event.emoji)
        case _:
            return None


def _unreadable(record: Record, broken: Exception) -> TimelineRow | None:
    """A row that says so, at the seq that the headers name; without one the event had no place in the timeline."""
    seq = header(record.headers, "seq")
    if seq is None or record.key is None:
        return None
    return TimelineRow(record.key.decode(), int(seq), record.at_ms, record.offset, None, unreadable=str(broken))
