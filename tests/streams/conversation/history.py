"""Histories of one conversation: commands decided one after another, and the fold of their events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from msgspec.structs import replace

from schemas.codec import encode
from schemas.commands import (
    AnyCommand,
    DeleteMessage,
    EditMessage,
    KeyedCommand,
    SendMessage,
    SetReaction,
    Target,
)
from schemas.events import AnyEvent, AnyTimelineEvent, CommandRefused, MessageDeleted, MessageSent, TimelineEvent
from schemas.reasons import Reason
from streams.conversation.decide import decide
from streams.conversation.outcome import Place
from streams.conversation.state import Conversation, Member, evolve
from tests.builders import CONVERSATION, START_MS, at, created, sent
from tests.strategies import Arrival, nth_message

NEW = Conversation(CONVERSATION)
LATER_MS = START_MS + 60_000


@dataclass(frozen=True, slots=True)
class Decided:
    """A command as the door let it through, the state that it met, and what came of it."""

    command: AnyCommand
    place: Place
    before: Conversation
    event: AnyEvent | None
    after: Conversation


def fold(events: Iterable[AnyEvent], state: Conversation = NEW) -> Conversation:
    return reduce(evolve, events, state)


def after(count: int) -> Conversation:
    """A direct conversation of Alice and Bob after so many messages of Alice."""
    return fold(sent(seq) for seq in range(1, count + 1))


def group(*events: AnyEvent) -> Conversation:
    """The group that Alice made with Bob and Carol, after more events."""
    return fold([created(), *events])


def later(state: Conversation, command: AnyCommand, at_ms: int = LATER_MS) -> AnyEvent | None:
    """What becomes of a command that comes later than all that was."""
    return decide(state, command, at(900, at_ms))


def reason(state: Conversation, command: AnyCommand, at_ms: int = LATER_MS) -> Reason:
    """Why a command is refused."""
    event = later(state, command, at_ms)
    assert isinstance(event, CommandRefused), event
    return event.reason


def member(state: Conversation, user_id: str) -> Member:
    found = state.member(user_id)
    assert found is not None
    return found


def play(arrivals: Sequence[Arrival], state: Conversation = NEW) -> list[Decided]:
    """What becomes of each command, in the order in which they are decided; of those that pass the door."""
    decided: list[Decided] = []
    events: list[AnyEvent] = []
    for one in arrivals:
        if (command := through_the_door(one.command, events)) is None:
            continue
        place = Place(3, one.offset, one.at_ms)
        event = decide(state, command, place)
        before, state = state, state if event is None else evolve(state, event)
        decided.append(Decided(command, place, before, event, state))
        events += [event] if event else []
    return decided


def decide_all(arrivals: Sequence[Arrival]) -> list[AnyEvent]:
    """The events of the commands, in the order in which they were decided."""
    return [one.event for one in play(arrivals) if one.event]


def messages(events: Iterable[AnyEvent]) -> list[MessageSent]:
    return [event for event in events if isinstance(event, MessageSent)]


def timeline(events: Iterable[AnyEvent]) -> list[AnyTimelineEvent]:
    return [event for event in events if isinstance(event, TimelineEvent)]


def through_the_door(command: AnyCommand, events: Sequence[AnyEvent]) -> AnyCommand | None:
    """The command with its facts, as far as the events tell; None if the door says no, for there is no such message."""
    if isinstance(command, EditMessage | DeleteMessage | SetReaction):
        number = command.target.seq
        own = [event for event in messages(events) if event.conversation_id == command.conversation_id]
        if len(own) < number:
            return None
        command = replace(command, target=_target(own[number - 1], events))
        return replace(command, digest=_digest(replace(command, target=nth_message(number))))
    return replace(command, digest=_digest(command)) if isinstance(command, KeyedCommand) else command


def _target(of: MessageSent, events: Sequence[AnyEvent]) -> Target:
    deleted = {event.message_id for event in events if isinstance(event, MessageDeleted)}
    return Target(of.message_id, of.seq, of.actor_id, of.at, is_deleted=of.message_id in deleted)


def _digest(command: KeyedCommand) -> bytes:
    """All that the author wrote, and no fact from the door."""
    if isinstance(command, SendMessage):
        command = replace(command, to_user_id=None, is_private=False)
    return encode(command)
