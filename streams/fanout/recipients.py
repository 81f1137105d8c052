"""Who gets which frame of an event: items per gateway stream. Pure.

Who gets an event of the timeline comes from fan-out's own membership view; receipts name whom they concern.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas import rendering
from schemas.commands import Origin
from schemas.events import (
    AnyEvent,
    BlockSet,
    CommandRefused,
    CommandRepeated,
    DeliveredAdvanced,
    MessageSent,
    ReadAdvanced,
)
from schemas.outbound import Connections, Item, Kind, stream_name

Opened = Callable[[AnyEvent], tuple[bytes | None, rendering.Open]]
"""The plain body of an event, if it has one, and what opens its sealed texts."""


@dataclass(slots=True)
class Outgoing:
    """Items per stream, in the order of the events; `at_ms` and `trace` are those of the event at hand."""

    items: dict[str, list[Item]] = field(default_factory=dict)
    at_ms: int = 0
    trace: bytes | None = None

    def add(self, kind: Kind, connections: Mapping[str, Sequence[str]], frame: bytes) -> None:
        for stream, ids in connections.items():
            self.items.setdefault(stream, []).append(Item(kind, tuple(ids), frame, self.at_ms, self.trace))


def concerned(event: AnyEvent, recipients: Sequence[str]) -> Iterable[str]:
    """The users whose connections are needed to address an event."""
    match event:
        case DeliveredAdvanced() | ReadAdvanced():
            return (event.actor_id, *event.author_ids)
        case BlockSet() | CommandRefused() | CommandRepeated():
            return ()
        case _:
            return (event.actor_id, *recipients)


def address(
    out: Outgoing,
    event: AnyEvent,
    recipients: Sequence[str],
    connections: Mapping[str, Connections],
    opened: Opened,
) -> None:
    """Add an event's frames for those whom it concerns."""
    match event:
        case DeliveredAdvanced():
            users = (event.actor_id, *event.author_ids)
            out.add(Kind.FRAME, streams_of(users, connections), rendering.delivered_advanced(event))
        case ReadAdvanced():
            _read_advanced(out, event, connections)
        case BlockSet():
            out.add(Kind.FRAME, _only(event.origin), rendering.block_set(event))
        case CommandRefused():
            out.add(Kind.FRAME, _only(event.origin), rendering.command_refused(event))
        case CommandRepeated():
            body, open_text = opened(event)
            frame = rendering.live(event.first, body, open_text, to_author=True)
            out.add(Kind.REPEATED, _only(event.origin), frame)
        case _:
            body, open_text = opened(event)
            others = [user_id for user_id in recipients if user_id != event.actor_id]
            if reachable := streams_of(others, connections):
                out.add(Kind.FRAME, reachable, rendering.live(event, body, open_text, to_author=False))
            own = _with_origin(streams_of([event.actor_id], connections), event.origin)
            out.add(Kind.FRAME, own, rendering.live(event, body, open_text, to_author=True))
            if isinstance(event, MessageSent) and event.read_from_seq < event.seq - 1:
                _read_by_sending(out, event, connections)


def _read_advanced(out: Outgoing, event: ReadAdvanced, connections: Mapping[str, Connections]) -> None:
    """A private read is shown to its reader alone; that it implies delivery is no secret."""
    if not event.is_private:
        users = (event.actor_id, *event.author_ids)
        out.add(Kind.FRAME, streams_of(users, connections), rendering.read_advanced(event))
        return
    out.add(Kind.FRAME, streams_of([event.actor_id], connections), rendering.read_advanced(event))
    if event.delivered_from_seq < event.to_seq:
        out.add(Kind.FRAME, streams_of(event.author_ids, connections), rendering.delivered_advanced(event))


def _read_by_sending(out: Outgoing, event: MessageSent, connections: Mapping[str, Connections]) -> None:
    """Sending implies having read: for those who were read, and for the sender's other devices."""
    users = [event.actor_id] if event.is_private else [event.actor_id, *event.read_author_ids]
    reachable = streams_of(users, connections)
    stream = stream_name(event.origin.gateway, event.origin.incarnation)
    if others := [one for one in reachable.pop(stream, ()) if one != event.origin.connection]:
        reachable[stream] = others
    if reachable:
        out.add(Kind.FRAME, reachable, rendering.read_by_sending(event))


def streams_of(users: Iterable[str], connections: Mapping[str, Connections]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for user_id in users:
        if known := connections.get(user_id):
            for one in known.connections:
                found.setdefault(stream_name(one.gateway, one.incarnation), []).append(one.connection)
    return found


def _with_origin(reachable: dict[str, list[str]], origin: Origin) -> dict[str, list[str]]:
    """And who asked: an API process, or a connection that the cache forgot."""
    known = reachable.setdefault(stream_name(origin.gateway, origin.incarnation), [])
    if origin.connection not in known:
        known.append(origin.connection)
    return reachable


def _only(origin: Origin) -> dict[str, list[str]]:
    return {stream_name(origin.gateway, origin.incarnation): [origin.connection]}
