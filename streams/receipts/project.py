"""Events to rows of the receipts view: how far a member had got, or read, and when. Pure.

A private read is shown to nobody: it counts as the delivery that it implies. In the log a member's watermarks only
grow, so the first row at or past a seq is also the earliest.
"""

from collections.abc import Iterator

from infra.stores.receipts import Advance, Kind
from schemas.codec import decode_event
from schemas.events import DeliveredAdvanced, MessageSent, ReadAdvanced
from schemas.times import milliseconds
from streams.runtime.records import Record


def project(record: Record) -> tuple[Advance, ...]:
    """The rows of a record, mostly none. Raises Undecodable."""
    event = decode_event(record.value)
    if not isinstance(event, MessageSent | DeliveredAdvanced | ReadAdvanced):
        return ()
    to_seq = event.seq if isinstance(event, MessageSent) else event.to_seq
    at_ms = milliseconds(event.at)
    return tuple(
        Advance(event.conversation_id, event.actor_id, kind, to_seq, at_ms, record.offset) for kind in _kinds(event)
    )


def _kinds(event: MessageSent | DeliveredAdvanced | ReadAdvanced) -> Iterator[Kind]:
    """What the event moves."""
    match event:
        case DeliveredAdvanced():
            yield "delivered"
        case ReadAdvanced():
            if event.delivered_from_seq < event.to_seq:
                yield "delivered"
            if not event.is_private:
                yield "read"
        case MessageSent() if event.read_from_seq < event.seq - 1:
            # Sending implies having read what came before; how far that was delivered, the event does not say.
            yield "delivered"
            if not event.is_private:
                yield "read"
