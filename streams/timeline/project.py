"""Events to rows of the timeline. Pure: no other view, no clock, nothing random."""

from infra.stores.timeline import TimelineRow
from schemas.codec import Undecodable, decode_event
from schemas.envelope import header
from schemas.events import MessageSent
from schemas.times import milliseconds
from streams.runtime.records import Record


def project(record: Record) -> TimelineRow | None:
    """The row of a record; None if it has no place in the timeline. An event that cannot be read still gets one."""
    try:
        event = decode_event(record.value)
    except Undecodable as broken:
        return _unreadable(record, broken)
    if not isinstance(event, MessageSent):
        return None
    return TimelineRow(
        conversation_id=event.conversation_id,
        seq=event.seq,
        at_ms=milliseconds(event.at),
        offset=record.offset,
        event=record.value,
        message_id=event.message_id,
    )


def _unreadable(record: Record, broken: Exception) -> TimelineRow | None:
    """A row that says so, at the seq that the headers name; without one the event had no place in the timeline."""
    seq = header(record.headers, "seq")
    if seq is None or record.key is None:
        return None
    return TimelineRow(record.key.decode(), int(seq), record.at_ms, record.offset, None, unreadable=str(broken))
