"""Which records make a segment to be written anew: deletions of messages. Pure."""

from infra.stores.archive_manifest import Deletion
from schemas.codec import Undecodable, decode_event
from schemas.events import MessageDeleted
from streams.runtime.records import Record

_TYPE = b'"MessageDeleted"'


def project(record: Record) -> Deletion | None:
    """The deletion that a record is. One that cannot be read deletes nothing; the timeline raises the alarm."""
    if _TYPE not in record.value:  # bodies are sealed, so this is seldom said by anything else
        return None
    try:
        event = decode_event(record.value)
    except Undecodable:
        return None
    if not isinstance(event, MessageDeleted):
        return None
    return Deletion(event.conversation_id, event.message_seq, record.partition)
