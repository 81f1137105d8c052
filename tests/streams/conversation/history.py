"""Histories of one conversation: commands decided one after another, and the fold of their events."""

from collections.abc import Iterable, Sequence
from functools import reduce

from schemas.events import AnyEvent, MessageSent
from streams.conversation.decide import Place, decide
from streams.conversation.state import Conversation, evolve
from tests.builders import CONVERSATION, sent
from tests.strategies import Arrival

NEW = Conversation(CONVERSATION)


def fold(events: Iterable[AnyEvent], state: Conversation = NEW) -> Conversation:
    return reduce(evolve, events, state)


def after(count: int) -> Conversation:
    """A direct conversation of Alice and Bob after so many messages of Alice."""
    return fold(sent(seq) for seq in range(1, count + 1))


def decide_all(arrivals: Sequence[Arrival], state: Conversation = NEW) -> list[AnyEvent]:
    """The event of each command, in the order in which they were decided."""
    events = []
    for one in arrivals:
        event = decide(state, one.command, Place(3, one.offset, one.at_ms))
        state = evolve(state, event)
        events.append(event)
    return events


def messages(events: Iterable[AnyEvent]) -> list[MessageSent]:
    return [event for event in events if isinstance(event, MessageSent)]
