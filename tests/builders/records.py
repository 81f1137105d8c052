"""Records of the log, and places in it."""

from collections.abc import Sequence

from schemas import codec, events
from streams.conversation.outcome import Place
from streams.runtime.records import Record
from tests.builders.people import CONVERSATION, START_MS


def at(offset: int = 0, at_ms: int = START_MS, partition: int = 0) -> Place:
    """A command's place in the log."""
    return Place(partition, offset, at_ms)


def record(
    event: events.AnyEvent,
    offset: int = 0,
    *,
    partition: int = 0,
    headers: Sequence[tuple[str, bytes]] = (),
) -> Record:
    """The record of `conversation.events` that holds an event."""
    key = event.conversation_id.encode()
    at_ms = START_MS
    value = codec.encode(event)
    return Record("conversation.events", partition, offset, at_ms, key, value, headers)


def broken_record(seq: int | None, offset: int = 0) -> Record:
    """A record whose value nobody can read; its headers name its seq, if it has one."""
    headers = [] if seq is None else [("seq", str(seq).encode())]
    key = CONVERSATION.encode()
    return Record("conversation.events", 0, offset, START_MS, key, b'{"type":"MessageSent"}', headers)
