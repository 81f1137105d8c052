"""Receipts only grow: delivered ≤ head, read ≤ delivered, of members alone; and everybody is told what the log says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clients.python.events import GroupCreated, MessageSent
from clients.python.frames import DeliveredAdvanced, ReadAdvanced
from tests.chaos.evidence import Advance, Evidence, Logged, Shown
from tests.chaos.history import History


@dataclass(slots=True)
class Marks:
    """How far the members of a conversation have come, by user."""

    delivered: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    def lift(self, user_id: str, delivered: int, read: int) -> None:
        self.read[user_id] = max(self.read.get(user_id, 0), read)
        self.delivered[user_id] = max(self.delivered.get(user_id, 0), delivered, read)


def check(history: History, evidence: Evidence) -> Iterator[str]:
    for id_, timeline in evidence.timelines.items():
        advances = [one for one in evidence.advances if one.conversation_id == id_]
        yield from _in_log(id_, timeline, advances, evidence)
        marks = marks_of(timeline, advances)
        for shown in evidence.shown:
            if shown.state.conversation_id == id_:
                yield from _shown(shown, marks, evidence)
    yield from _told(history, evidence)


def marks_of(timeline: Mapping[int, Logged], advances: Sequence[Advance]) -> Marks:
    """As the log makes them: receipts, one's own messages, and joining, which leaves nothing older to read."""
    marks = Marks()
    for seq, logged in timeline.items():
        event = logged.event
        joining: tuple[str, ...] = getattr(event, "member_ids", None) or ()
        for user_id in joining:
            marks.lift(user_id, seq - 1, seq - 1)
        if isinstance(event, MessageSent | GroupCreated) and event.actor_id:
            marks.lift(event.actor_id, seq, seq)
    for one in advances:
        marks.lift(one.user_id, one.to_seq, one.to_seq if one.is_read else 0)
    return marks


def _in_log(id_: str, timeline: Mapping[int, Logged], advances: Sequence[Advance], evidence: Evidence) -> Iterator[str]:
    """In the order of the log, which is one partition's."""
    marks, head = Marks(), 0
    records: list[Logged | Advance] = [*timeline.values(), *advances]
    for one in sorted(records, key=lambda record: record.offset):
        if isinstance(one, Logged):
            head = max(head, one.event.seq)
            if isinstance(one.event, MessageSent) and one.event.actor_id:
                marks.lift(one.event.actor_id, one.event.seq, one.event.seq)
            continue
        known = (marks.read if one.is_read else marks.delivered).get(one.user_id, 0)
        what = f"{id_}: {one.user_id}'s {'reading' if one.is_read else 'delivery'} up to {one.to_seq}"
        if one.to_seq <= known:
            yield f"{what} moves nothing: it was at {known}"
        if one.to_seq > head:
            yield f"{what} is beyond the head, {head}"
        if one.user_id not in evidence.members[id_]:
            yield f"{what} is not a member's"
        marks.lift(one.user_id, one.to_seq, one.to_seq if one.is_read else 0)


def _shown(shown: Shown, marks: Marks, evidence: Evidence) -> Iterator[str]:
    user_id, id_ = shown.user_id, shown.state.conversation_id
    member = evidence.members[id_].get(user_id)
    if member is None:
        return
    delivered, read = shown.state.delivered_seq, shown.state.read_seq
    head = member.last_seen(len(evidence.timelines[id_]))
    if not read <= delivered <= head:
        yield f"{id_}: {user_id} is shown read {read}, delivered {delivered}, head {head}"
    if delivered != min(head, marks.delivered.get(user_id, 0)):
        yield f"{id_}: {user_id} is shown delivered {delivered}, the log says {marks.delivered.get(user_id, 0)}"


def _told(history: History, evidence: Evidence) -> Iterator[str]:
    """A receipt that a device hears is one of the log's."""
    known = {(one.conversation_id, one.user_id, one.to_seq, one.is_read) for one in evidence.advances}
    known |= {(id_, user_id, seq, False) for id_, user_id, seq, _ in known}
    for id_, timeline in evidence.timelines.items():
        sent = (one.event for one in timeline.values() if isinstance(one.event, MessageSent))
        known |= {(id_, event.actor_id or "", event.seq, True) for event in sent}
    for device_id, line in history.lines.items():
        for moment in line:
            frame = moment.frame
            if isinstance(frame, DeliveredAdvanced | ReadAdvanced):
                is_read = isinstance(frame, ReadAdvanced)
                if (frame.conversation_id, frame.user_id, frame.to_seq, is_read) not in known:
                    yield f"{device_id} heard of {frame.user_id} at {frame.to_seq}, of which the log says nothing"
