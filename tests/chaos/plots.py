"""Where in a recorded run a bug can be planted: the places that it needs, and records put in others' stead."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from clients.python.events import Body, MessageSent
from clients.python.frames import AnyFrame, CaughtUp, Snapshot, Synced
from tests.chaos.evidence import Evidence
from tests.chaos.history import History, Moment
from tests.chaos.records import Answered, AnyRecord, Called, Committed, Dialed, Heard

T = TypeVar("T")


class Command(Struct):
    type: str
    client_id: str
    conversation_id: str = ""
    message_id: str = ""
    body: Body | None = None


def put_record(history: History, at: int, record: AnyRecord) -> History:
    return History(put(history.records, at, record))


def put(some: Sequence[T], at: int, one: T) -> tuple[T, ...]:
    return (*some[:at], one, *some[at + 1 :])


def answers(history: History) -> Iterator[tuple[int, Answered]]:
    """Those that were ok, of messages and what changes them, with their places in the history."""
    for at, one in enumerate(history.records):
        if not isinstance(one, Answered) or one.outcome != "ok":
            continue
        if command(history.calls[one.call]).type != "CreateGroup":
            yield at, one


def command(call: Called) -> Command:
    return msgspec.json.decode(call.command, type=Command)


def is_message(event: object) -> bool:
    return isinstance(event, MessageSent)


def has_text(event: object) -> bool:
    return isinstance(event, MessageSent) and event.body is not None and event.body.kind == "text"


def with_first_message(evidence: Evidence, **changed: object) -> Evidence:
    """As one device shows it: a message that was neither edited nor deleted."""
    for at, copy in enumerate(evidence.copies):
        for place, event in enumerate(copy.state.timeline):
            if has_text(event) and not getattr(event, "edited_at", None) and copy.state.role is not None:
                timeline = put(copy.state.timeline, place, replace(event, **changed))
                state = replace(copy.state, timeline=timeline)
                return replace(evidence, copies=put(evidence.copies, at, replace(copy, state=state)))
    raise LookupError("no device has a message")


def two_in_a_row(history: History, evidence: Evidence) -> tuple[Called, Called]:
    """Two messages that one phone gave over its socket to one conversation, nothing between them, both in the log."""
    logged = {one.event.client_id for one in evidence.log}
    by_device: dict[str, list[Called]] = {}
    for call in history.calls.values():
        by_device.setdefault(call.device_id, []).append(call)
    for calls in by_device.values():
        for first, second in pairwise(calls):
            one, other = command(first), command(second)
            is_same = one.conversation_id and one.conversation_id == other.conversation_id
            is_two = one.type == other.type == "SendMessage" and one.client_id != other.client_id
            is_spoken = first.way == second.way == "socket"
            if is_same and is_two and is_spoken and {one.client_id, other.client_id} <= logged:
                return first, second
    raise LookupError("nobody gave two messages in a row")


def renamed(record: AnyRecord, old: str, new: str) -> AnyRecord:
    if isinstance(record, Called) and command(record).client_id == old:
        return replace(record, command=Raw(bytes(record.command).replace(old.encode(), new.encode())))
    if isinstance(record, Answered) and old.encode() in bytes(record.event):
        return replace(record, event=Raw(bytes(record.event).replace(old.encode(), new.encode())))
    return record


def two_frames_in_a_row(history: History) -> tuple[Heard, Heard]:
    """Two messages of one conversation that came to a device live, one after the other, both for the first time."""
    for line in history.lines.values():
        had: set[tuple[str, int]] = set()
        base: dict[str, int] = {}
        for one, other in pairwise(line):
            if isinstance(one.frame, Snapshot):
                base = {each.conversation_id: each.head_seq for each in one.frame.conversations}
            if isinstance(one.record, Heard) and isinstance(other.record, Heard) and _follow(one.frame, other.frame):
                id_, seq = min(_places([one]))
                if seq > base.get(id_, 0) and had.isdisjoint(_places([one, other])):
                    return one.record, other.record
            had |= _places([one])
    raise LookupError("no two messages came one after the other")


def _follow(one: AnyFrame | None, other: AnyFrame | None) -> bool:
    """Whether they are neighbours in one conversation."""
    if not isinstance(one, MessageSent) or not isinstance(other, MessageSent):
        return False
    return one.conversation_id == other.conversation_id and one.seq + 1 == other.seq


def caught_up(history: History, evidence: Evidence) -> Iterator[Heard]:
    """Frames that brought what a device had missed when it dialed, and nobody else told it, before a Synced."""
    for line in history.lines.values():
        dialed_at = 0.0
        for at, moment in enumerate(line):
            if isinstance(moment.record, Dialed):
                dialed_at = moment.at
            until = next((to for to in range(at, len(line)) if isinstance(line[to].frame, Synced)), 0)
            if isinstance(moment.record, Heard) and isinstance(moment.frame, CaughtUp) and until:
                others = _places(line[:at]) | _places(line[at + 1 : until])
                missed = [event for event in moment.events if (event.conversation_id, event.seq) not in others]
                if any(evidence.timelines[one.conversation_id][one.seq].at < dialed_at for one in missed):
                    yield moment.record


def _places(moments: Sequence[Moment]) -> set[tuple[str, int]]:
    return {(event.conversation_id, event.seq) for moment in moments for event in moment.events}


def covers(sample: Committed, evidence: Evidence) -> bool:
    """Whether it says that something of this run is done."""
    return any(one.needs_event and one.offset < sample.offsets.get(one.partition, 0) for one in evidence.commands)
