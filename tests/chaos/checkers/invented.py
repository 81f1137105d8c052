"""Nothing is invented: whatever is in the log somebody asked for, in these words; whatever is shown is in the log."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import UNSET, Struct, UnsetType

from clients.python.events import Body, MessageEdited, MessageSent, TimelineEvent
from tests.chaos.evidence import Evidence
from tests.chaos.history import History


class _Command(Struct):
    client_id: str
    body: Body | UnsetType = UNSET


def check(history: History, evidence: Evidence) -> Iterator[str]:
    given = _given(history)
    for timeline in evidence.timelines.values():
        for logged in timeline.values():
            event = logged.event
            bodies = given.get((event.actor_id or "", event.client_id or ""))
            if bodies is None:
                yield f"{event.conversation_id}: nobody asked for seq {event.seq}"
            elif isinstance(event, MessageSent | MessageEdited) and event.body not in bodies:
                yield f"{event.conversation_id}: seq {event.seq} says what nobody said"
    yield from _unknown(evidence, evidence.rows, "a row")
    for shown in evidence.shown:
        yield from _unknown(evidence, shown.state.timeline, f"HTTP, to {shown.user_id},")
    for copy in evidence.copies:
        yield from _unknown(evidence, copy.state.timeline, f"device {copy.device_id}")
    for device_id, line in history.lines.items():
        for moment in line:
            yield from _unknown(evidence, moment.events, f"a frame to {device_id}")


def _given(history: History) -> Mapping[tuple[str, str], list[Body | UnsetType]]:
    """What each person said under each client_id."""
    found: dict[tuple[str, str], list[Body | UnsetType]] = {}
    for one in history.calls.values():
        command = msgspec.json.decode(one.command, type=_Command)
        found.setdefault((one.user_id, command.client_id), []).append(command.body)
    return found


def _unknown(evidence: Evidence, events: Iterable[TimelineEvent], where: str) -> Iterator[str]:
    for event in events:
        if event.seq not in evidence.timelines.get(event.conversation_id, {}):
            yield f"{event.conversation_id}: {where} shows seq {event.seq}, which is not in the log"
