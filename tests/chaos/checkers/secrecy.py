"""Nobody sees what they must not: no event outside one's membership, nobody else's client_id, no receipt of others'
messages, no refusal of others' commands."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from clients.python.events import AnyTimelineEvent, MessageSent
from clients.python.frames import Advanced, AnyFrame, CommandRefused, ReadAdvanced, Snapshot
from tests.chaos.evidence import Evidence
from tests.chaos.history import History

Hearers = Mapping[tuple[str, str, int, bool], set[str]]


class _Command(Struct):
    client_id: str


def check(history: History, evidence: Evidence) -> Iterator[str]:
    hearers = _hearers(evidence)
    given = {(one.user_id, msgspec.json.decode(one.command, type=_Command).client_id) for one in history.calls.values()}
    for device_id, line in history.lines.items():
        user_id = history.owners[device_id]
        for moment in line:
            for event in moment.events:
                yield from _event(evidence, user_id, event)
            if moment.frame is not None:
                yield from _frame(evidence, user_id, moment.frame, hearers)
            refused = moment.frame.client_id if isinstance(moment.frame, CommandRefused) else None
            if refused is not None and (user_id, refused) not in given:
                yield f"{user_id} heard of the refusal of somebody else's command"
    for shown in evidence.shown:
        for event in shown.state.timeline:
            yield from _event(evidence, shown.user_id, event)


def _event(evidence: Evidence, user_id: str, event: AnyTimelineEvent) -> Iterator[str]:
    member = evidence.members.get(event.conversation_id, {}).get(user_id)
    if member is None or not member.sees(event.seq):
        yield f"{event.conversation_id}: {user_id} was shown seq {event.seq} and is no member there"
    if event.client_id is not None and event.actor_id != user_id:
        yield f"{event.conversation_id}: {user_id} was shown the client_id of {event.actor_id}"


def _frame(evidence: Evidence, user_id: str, frame: AnyFrame, hearers: Hearers) -> Iterator[str]:
    if isinstance(frame, Snapshot):
        for one in frame.conversations:
            member = evidence.members.get(one.conversation_id, {}).get(user_id)
            if member is None or one.head_seq > member.last_seen(one.head_seq):
                yield f"{one.conversation_id}: {user_id} was shown the head {one.head_seq}"
    if isinstance(frame, Advanced):
        key = (frame.conversation_id, frame.user_id, frame.to_seq, isinstance(frame, ReadAdvanced))
        if user_id not in hearers.get(key, {user_id}):  # a receipt that the log does not know is another promise's
            yield f"{frame.conversation_id}: {user_id} heard how far {frame.user_id} has come"


def _hearers(evidence: Evidence) -> Hearers:
    """Who may hear of a receipt: its member, and the authors of what it covers, of private reads as of deliveries."""
    found: dict[tuple[str, str, int, bool], set[str]] = {}
    for one in evidence.advances:
        found.setdefault((one.conversation_id, one.user_id, one.to_seq, False), set()).update(one.hearer_ids)
        if one.is_read:
            may = (one.user_id,) if one.is_private else one.hearer_ids
            found.setdefault((one.conversation_id, one.user_id, one.to_seq, True), set()).update(may)
    for id_, timeline in evidence.timelines.items():
        for logged in timeline.values():
            if isinstance(logged.event, MessageSent):
                key = (id_, logged.event.sender_id, logged.event.seq, True)
                found.setdefault(key, set()).update((logged.event.sender_id, *logged.reader_ids))
    return found
