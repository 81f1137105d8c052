"""What became of one message, step by step, from the records of its conversation. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.stores.log_reading import Record
from schemas.events import (
    AnyEvent,
    CommandRepeated,
    DeliveredAdvanced,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    ReadAdvanced,
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened at `at_ms` (the log's time), as the record at `place` says."""

    at_ms: int
    place: str
    what: str
    who: str


def place_of(record: Record) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


def steps(message: MessageSent, record: Record, event: AnyEvent) -> Iterator[Step]:
    """What this later record of the same conversation says about `message`."""
    for what in _said(message, event):
        yield Step(record.at_ms, place_of(record), what, event.actor_id)


def _said(message: MessageSent, event: AnyEvent) -> Iterator[str]:
    match event:
        case DeliveredAdvanced() if event.from_seq < message.seq <= event.to_seq:
            yield f"delivered, with all up to {event.to_seq}"
        case ReadAdvanced() if event.from_seq < message.seq <= event.to_seq:
            if event.delivered_from_seq < message.seq:
                yield "delivered, for it was read"
            yield f"read{_privately(event)}, with all up to {event.to_seq}"
        case MessageSent() if event.read_from_seq < message.seq < event.seq and event.actor_id != message.actor_id:
            yield f"read{_privately(event)}, for seq {event.seq} was written after it"
        case MessageEdited() if event.message_id == message.message_id:
            yield f"edited by seq {event.seq}"
        case MessageDeleted() if event.message_id == message.message_id:
            yield f"deleted by seq {event.seq}"
        case ReactionSet() if event.message_id == message.message_id:
            yield (
                f"reacted with {event.emoji} by seq {event.seq}"
                if event.emoji
                else f"reaction taken back by seq {event.seq}"
            )
        case CommandRepeated() if isinstance(event.first, MessageSent) and event.first.seq == message.seq:
            yield "sent again by its client, answered by the first result"
        case _:
            return


def _privately(event: ReadAdvanced | MessageSent) -> str:
    return " privately" if event.is_private else ""
