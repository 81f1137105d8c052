"""Events to rows of the receipts view: how far a member had got, or read, and when. Pure.

A reading is one row: whoever asks takes it as the delivery that it implies. With a row for each, a message in a busy
conversation wrote three rows instead of two. A private read is shown to nobody: it is a row of that delivery alone.
In the log a member's watermarks only grow, so the first row at or past a seq is also the earliest.
"""

from infra.stores.receipts import Advance, Kind
from schemas.codec import decode_event
from schemas.events import DeliveredAdvanced, MessageSent, ReadAdvanced
from schemas.times import milliseconds
from streams.runtime.records import Record


def project(record: Record) -> tuple[Advance, ...]:
    """The row of a record, mostly none. Raises Undecodable."""
    event = decode_event(record.value)
    if not isinstance(event, MessageSent | DeliveredAdvanced | ReadAdvanced) or (kind := _kind(event)) is None:
        return ()
    to_seq = event.seq if isinstance(event, MessageSent) else event.to_seq
    return (Advance(event.conversation_id, event.actor_id, kind, to_seq, milliseconds(event.at), record.offset),)


def _kind(event: MessageSent | DeliveredAdvanced | ReadAdvanced) -> Kind | None:
    """What the event moves, as far as others may know."""
    match event:
        case DeliveredAdvanced():
            return "delivered"
        case ReadAdvanced() if not event.is_private:
            return "read"
        case ReadAdvanced():
            return "delivered" if event.delivered_from_seq < event.to_seq else None
        case MessageSent() if event.read_from_seq < event.seq - 1:
            # Sending implies having read what came before; how far that was delivered, the event does not say.
            return "delivered" if event.is_private else "read"
        case _:
            return None
