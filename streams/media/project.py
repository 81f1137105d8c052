"""Events to rows of the views of media: where they stand, and what became of them. Pure."""

from infra.stores.media_writes import Unused, Use
from schemas.codec import decode_event
from schemas.events import MessageDeleted, MessageEdited, MessageSent
from streams.runtime.records import Record


def use(record: Record) -> Use | Unused | None:
    """What a conversation's event says of media: mostly nothing. Raises Undecodable."""
    event = decode_event(record.value)
    match event:
        case MessageSent(body=body) if body.media_id:
            return Use(event.conversation_id, event.seq, event.seq, body.media_id)
        case MessageEdited(body=body) if body.media_id:
            return Use(event.conversation_id, event.seq, event.message_seq, body.media_id)
        case MessageDeleted():
            return Unused(event.conversation_id, event.message_seq)
        case _:
            return None
