"""Nothing is doubled: one client_id of a sender has one place in a conversation, and so has one message."""

from collections import Counter
from collections.abc import Iterable, Iterator

from clients.python.events import MessageSent, TimelineEvent
from tests.chaos.evidence import Evidence
from tests.chaos.history import History


def check(_: History, evidence: Evidence) -> Iterator[str]:
    for id_, timeline in evidence.timelines.items():
        events = [logged.event for logged in timeline.values()]
        keys = Counter((event.actor_id, event.client_id) for event in events)
        yield from (f"{id_}: {key} stands at {count} places" for key, count in keys.items() if count > 1)
        yield from _twice(events, f"{id_}: the log")
    for shown in evidence.shown:
        yield from _twice(shown.state.timeline, f"{shown.state.conversation_id}: HTTP, to {shown.user_id},")
    for copy in evidence.copies:
        yield from _twice(copy.state.timeline, f"{copy.state.conversation_id}: device {copy.device_id}")


def _twice(events: Iterable[TimelineEvent], where: str) -> Iterator[str]:
    messages = Counter(event.message_id for event in events if isinstance(event, MessageSent))
    yield from (f"{where} has message {id_} {count} times" for id_, count in messages.items() if count > 1)
