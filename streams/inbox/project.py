"""Events to writes of the inbox. Pure. Within a micro-batch only the last head of a conversation is written."""

from collections.abc import Iterable

from infra.stores.inbox import Head, InboxWrites, Joined, ReadPosition
from schemas.codec import Undecodable, decode_event
from schemas.events import MessageSent
from streams.runtime.records import Record


def project(records: Iterable[Record]) -> InboxWrites:
    """The writes of a micro-batch, in any number of partitions."""
    heads: dict[str, Head] = {}
    joined: list[Joined] = []
    read: dict[tuple[str, str], ReadPosition] = {}
    for record in records:
        event = _message_sent(record)
        if event is None or event.seq <= _seq(heads.get(event.conversation_id)):
            continue  # no timeline event, or the second record of a seq
        heads[event.conversation_id] = _head(event, record)
        joined += _joined(event)
        key = (event.conversation_id, event.actor_id)
        read[key] = ReadPosition(*key, event.seq, event.message_number)
    return InboxWrites(list(heads.values()), joined, list(read.values()))


def _message_sent(record: Record) -> MessageSent | None:
    """The event of a record that moves a head. One that cannot be read moves none; the timeline raises the alarm."""
    try:
        event = decode_event(record.value)
    except Undecodable:
        return None
    return event if isinstance(event, MessageSent) else None


def _seq(head: Head | None) -> int:
    return head.seq if head else 0


def _head(event: MessageSent, record: Record) -> Head:
    return Head(event.conversation_id, "direct", event.seq, event.message_number, event.at, record.value)


def _joined(event: MessageSent) -> list[Joined]:
    """Both members of a direct conversation come with its first message."""
    number = event.message_number - 1
    return [
        Joined(event.conversation_id, user_id, event.seq, number, position, "member")
        for position, user_id in enumerate(event.member_ids or ())
    ]
