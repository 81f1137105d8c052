"""One order for each conversation: dense, as ids and times sort, kept on every socket; each sender's order in it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from msgspec import Struct

from clients.python.events import MessageSent
from clients.python.frames import Snapshot
from tests.chaos.evidence import Evidence
from tests.chaos.history import History, Moment
from tests.chaos.records import Dialed, Heard, Paged


class _Command(Struct):
    client_id: str


def check(history: History, evidence: Evidence) -> Iterator[str]:
    for id_, timeline in evidence.timelines.items():
        if list(timeline) != list(range(1, len(timeline) + 1)):
            yield f"{id_}: the seqs are not 1, 2, 3, …"
        events = [logged.event for logged in timeline.values()]
        ids = [event.message_id for event in events if isinstance(event, MessageSent)]
        if ids != sorted(ids):
            yield f"{id_}: ids do not sort like seqs"
        if any(one.at > other.at for one, other in pairwise(events)):
            yield f"{id_}: time goes backwards"
    for device_id, line in history.lines.items():
        yield from _out_of_order(device_id, line)
    yield from _sender(history, evidence)


def _out_of_order(device_id: str, line: Sequence[Moment]) -> Iterator[str]:
    """On one socket, what a device has not had before comes in ascending order. What it had may come again, and so may
    what a snapshot stands for: a repeated command is answered by its first result."""
    had: set[tuple[str, int]] = set()
    last: dict[str, int] = {}
    base: dict[str, int] = {}
    for moment in line:
        if isinstance(moment.record, Dialed):
            last = {}
        if isinstance(moment.frame, Snapshot):
            base = {one.conversation_id: one.head_seq for one in moment.frame.conversations}
        for event in moment.events:
            place = (event.conversation_id, event.seq)
            is_new = place not in had and event.seq > base.get(event.conversation_id, 0)
            if isinstance(moment.record, Heard) and is_new:
                if event.seq < last.get(event.conversation_id, 0):
                    yield f"{event.conversation_id}: seq {event.seq} came late to {device_id}"
                last[event.conversation_id] = event.seq
            if isinstance(moment.record, Heard | Paged):
                had.add(place)


def _sender(history: History, evidence: Evidence) -> Iterator[str]:
    """What one app gave over its socket, it gave in this order: so it stands in each conversation."""
    places = {
        (logged.event.actor_id, logged.event.client_id): (id_, seq)
        for id_, timeline in evidence.timelines.items()
        for seq, logged in timeline.items()
    }
    last: dict[tuple[str, str], int] = {}
    for call in history.calls.values():
        client_id = msgspec.json.decode(call.command, type=_Command).client_id
        if call.way == "socket" and (place := places.get((call.user_id, client_id))):
            id_, seq = place
            if seq < last.get((call.device_id, id_), 0):
                yield f"{id_}: seq {seq} was given later than what stands after it ({call.device_id})"
            last[call.device_id, id_] = seq
