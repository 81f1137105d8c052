"""Which record of a conversation a row comes from, and which rows later records touch. Pure."""

from collections.abc import Callable, Collection, Iterator, Sequence

from infra.operator.proof.expected import EXPECTED, events
from infra.operator.proof.rows import RowKey
from infra.stores.timeline import bucket_of, first_seq
from schemas.codec import Undecodable, decode_event
from schemas.envelope import header
from schemas.events import (
    AnyEvent,
    BlockSet,
    CommandRefused,
    CommandRepeated,
    GroupCreated,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    TimelineEvent,
)
from streams.receipts.project import project as to_receipts
from streams.runtime.records import Record

Origin = Callable[[Record, AnyEvent | None], bool]


def touched(
    view: str, conversation_id: str, since: Sequence[Record], records: Sequence[Record]
) -> Collection[RowKey] | None:
    """The rows that records `since` make or change, of all `records`; None: any of the conversation's."""
    if view == "receipts":
        return EXPECTED[view](conversation_id, since).keys()
    if view == "timeline":
        return {*EXPECTED[view](conversation_id, since), *_edits_of_deleted(since, records)}
    return None if any(_concerns(view, _event(record)) for record in since) else ()


def _edits_of_deleted(since: Sequence[Record], records: Sequence[Record]) -> Iterator[RowKey]:
    """Of a message that is deleted, its edits lose their bodies, too."""
    deleted = {event.message_seq for event in events(since) if isinstance(event, MessageDeleted)}
    if deleted:
        for event in events(records):
            if isinstance(event, MessageEdited) and event.message_seq in deleted:
                yield "timeline", event.seq


def origin(key: RowKey, records: Sequence[Record]) -> Record | None:
    """The record that makes a row; of one that changes, the last that may have changed it. None: there is none."""
    is_origin, is_first = _origin(key)
    found = [record for record in records if is_origin(record, _event(record))]
    return (found[0] if is_first else found[-1]) if found else None


def _origin(key: RowKey) -> tuple[Origin, bool]:
    """Whether a record is the origin of a row; and whether the first one is."""
    match key:
        case ("timeline" | "silent_events", seq):
            return (lambda record, _: _seq(record) == seq), True
        case ("timeline_buckets", _, bucket):
            return (lambda record, _: _seq(record) == first_seq(bucket)), True
        case ("receipts", *_):
            return (lambda record, event: event is not None and key in _receipts(record)), True
        case ("members", user_id):
            return (lambda _, event: event is not None and _is_about(event, user_id)), False
        case ("blocks", *_):
            return (lambda _, event: isinstance(event, BlockSet)), False
        case ("memberships",):
            return (lambda _, event: _concerns("memberships", event)), False
        case _:
            return (lambda _, event: _concerns("inbox", event)), False


def _concerns(view: str, event: AnyEvent | None) -> bool:
    if view == "memberships":
        begins = isinstance(event, MessageSent) and event.member_ids is not None
        return begins or isinstance(event, GroupCreated | MembersAdded | MemberRemoved | BlockSet)
    return event is not None and not isinstance(event, CommandRefused | CommandRepeated)


def _is_about(event: AnyEvent, user_id: str) -> bool:
    if isinstance(event, CommandRefused | CommandRepeated):
        return False
    named = (event.actor_id, getattr(event, "user_id", None), getattr(event, "promoted_user_id", None))
    return user_id in named or user_id in (getattr(event, "member_ids", None) or ())


def _receipts(record: Record) -> Collection[RowKey]:
    return [("receipts", one.user_id, one.kind, one.to_seq) for one in to_receipts(record)]


def _seq(record: Record) -> int | None:
    event = _event(record)
    if event is not None:
        return event.seq if isinstance(event, TimelineEvent) else None
    seq = header(record.headers, "seq")
    return None if seq is None else int(seq)


def _event(record: Record) -> AnyEvent | None:
    try:
        return decode_event(record.value)
    except Undecodable:
        return None


def last_bucket(records: Sequence[Record]) -> int:
    """That the timeline of a conversation has reached."""
    return bucket_of(max((_seq(record) or 0 for record in records), default=0))
