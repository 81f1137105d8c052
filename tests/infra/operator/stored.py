"""Records as an operator's reader finds them."""

from infra.stores.log_reading import Record
from schemas import codec
from schemas.envelope import ce_type
from schemas.events import AnyEvent
from schemas.topics import CONVERSATION_EVENTS
from tests.builders import START_MS


def stored(event: AnyEvent, offset: int = 7, *, after_ms: int = 0) -> Record:
    """An event in partition 0, appended so long after START_MS."""
    return Record(
        topic=CONVERSATION_EVENTS.name,
        partition=0,
        offset=offset,
        at_ms=START_MS + after_ms,
        key=event.conversation_id.encode(),
        value=codec.encode(event),
        headers=(("ce_type", ce_type(type(event))),),
    )
