"""Who gets which frame of an event: items per gateway stream. Pure.

The members of a conversation, with the seqs from which and to which they see it, come from fan-out's own view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from infra.stores.memberships import Members
from schemas import rendering
from schemas.commands import Origin
from schemas.events import AnyEvent, CommandRefused, CommandRepeated, MessageSent
from schemas.outbound import Connections, Item, Kind, stream_name


@dataclass(slots=True)
class Outgoing:
    """Items per stream, in the order of the events."""

    items: dict[str, list[Item]] = field(default_factory=dict)

    def add(self, kind: Kind, connections: Mapping[str, Sequence[str]], frame: bytes) -> None:
        for stream, ids in connections.items():
            self.items.setdefault(stream, []).append(Item(kind, tuple(ids), frame))


def recipients(event: MessageSent, members: Members) -> list[str]:
    """The users who see this event."""
    return [member.user_id for member in members if member.sees(event.seq)]


def address(
    out: Outgoing, event: AnyEvent, body: bytes | None, users: Sequence[str], connections: Mapping[str, Connections]
) -> None:
    """Add an event's frames for those whom it concerns; `body` is the plain body's JSON."""
    match event:
        case MessageSent():
            _message_sent(out, event, body, users, connections)
        case CommandRefused():
            out.add(Kind.FRAME, _only(event.origin), rendering.command_refused(event))
        case CommandRepeated():
            frame = rendering.message_sent(event.first, body, to_author=True)
            out.add(Kind.REPEATED, _only(event.origin), frame)


def _message_sent(
    out: Outgoing, event: MessageSent, body: bytes | None, users: Sequence[str], connections: Mapping[str, Connections]
) -> None:
    others = [user_id for user_id in users if user_id != event.actor_id]
    if reachable := _reachable(others, connections):
        out.add(Kind.FRAME, reachable, rendering.message_sent(event, body, to_author=False))
    authors = _reachable([event.actor_id], connections)
    origin = authors.setdefault(stream_name(event.origin.gateway, event.origin.incarnation), [])
    if event.origin.connection not in origin:  # an API process, or a connection that the cache forgot
        origin.append(event.origin.connection)
    out.add(Kind.FRAME, authors, rendering.message_sent(event, body, to_author=True))


def _reachable(users: Sequence[str], connections: Mapping[str, Connections]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for user_id in users:
        if known := connections.get(user_id):
            for one in known.connections:
                found.setdefault(stream_name(one.gateway, one.incarnation), []).append(one.connection)
    return found


def _only(origin: Origin) -> dict[str, list[str]]:
    return {stream_name(origin.gateway, origin.incarnation): [origin.connection]}
