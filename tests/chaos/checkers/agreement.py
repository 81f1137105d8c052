"""All witnesses agree: at a seq stands the same event everywhere, and a message is what its changes have made of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from clients.python.events import (
    AnyTimelineEvent,
    Body,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    ReactionSet,
    TimelineEvent,
)
from clients.python.state import ConversationState
from tests.chaos.evidence import Evidence, Logged
from tests.chaos.history import History
from tests.chaos.membership import Membership

Change = MessageEdited | MessageDeleted | ReactionSet
Changes = Mapping[str, Sequence[Change]]


def check(history: History, evidence: Evidence) -> Iterator[str]:
    changes = {id_: _changes(timeline.values()) for id_, timeline in evidence.timelines.items()}
    yield from _others(evidence, evidence.rows, "a row")
    for device_id, line in history.lines.items():
        for moment in line:
            yield from _others(evidence, moment.events, f"a frame to {device_id}")
    states = [(one.user_id, one.state, "HTTP") for one in evidence.shown]
    states += [(one.user_id, one.state, f"device {one.device_id}") for one in evidence.copies]
    for user_id, state, where in states:
        yield from _others(evidence, state.timeline, f"{where}, to {user_id},")
        member = evidence.members[state.conversation_id].get(user_id)
        if member is not None and state.role is not None:
            yield from _changed(evidence, state, member, changes[state.conversation_id], f"{where}, to {user_id},")


def _others(evidence: Evidence, events: Iterable[TimelineEvent], where: str) -> Iterator[str]:
    for event in events:
        logged = evidence.timelines.get(event.conversation_id, {}).get(event.seq)
        if logged is not None and _identity(logged.event) != _identity(event):
            yield f"{event.conversation_id}: {where} has another event at seq {event.seq} than the log"


def _identity(event: TimelineEvent) -> tuple[object, ...]:
    return type(event), event.at, event.actor_id, getattr(event, "message_id", None), getattr(event, "user_id", None)


def _changes(timeline: Iterable[Logged]) -> Changes:
    found: dict[str, list[Change]] = {}
    for logged in timeline:
        if isinstance(logged.event, Change):
            found.setdefault(logged.event.message_id, []).append(logged.event)
    return found


def _sent(evidence: Evidence, event: MessageSent) -> Body | None:
    logged = evidence.timelines[event.conversation_id].get(event.seq)
    return logged.event.body if logged is not None and isinstance(logged.event, MessageSent) else event.body


def _changed(
    evidence: Evidence, state: ConversationState, member: Membership, changes: Changes, where: str
) -> Iterator[str]:
    """Who was away sees no change of that time, but for deletions: these are for everyone."""
    for event in state.timeline:
        if not isinstance(event, MessageSent):
            continue
        own = changes.get(event.message_id, ())
        seen = [one for one in own if member.sees(one.seq)]
        is_deleted = any(isinstance(one, MessageDeleted) for one in own)
        edits = [one.body for one in seen if isinstance(one, MessageEdited)]
        place = f"{state.conversation_id}: {where} shows seq {event.seq}"
        if is_deleted != event.is_deleted or (is_deleted and event.body is not None):
            yield f"{place} as {'deleted' if event.is_deleted else 'not deleted'}"
        if not is_deleted and event.body != (edits or [_sent(evidence, event)])[-1]:
            yield f"{place} with another text than it was given last"
        if _reactions(seen) != {one.user_id: one.emoji for one in event.reactions}:
            yield f"{place} with other reactions than were set"


def _reactions(seen: Iterable[AnyTimelineEvent]) -> Mapping[str, str]:
    last = {one.user_id: one.emoji for one in seen if isinstance(one, ReactionSet)}
    return {user_id: emoji for user_id, emoji in last.items() if emoji is not None}
