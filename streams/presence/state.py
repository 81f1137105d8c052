"""A user's connections: the fold of presence events. Pure.

The device whose Hello came later has the connection; a word of a dead or replaced connection changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.commands import Origin
from schemas.outbound import Connection, Connections
from schemas.presence import AnyPresenceEvent, DeviceConnected


@dataclass(frozen=True, slots=True)
class Folded:
    """The connections after an event, those that are confirmed by it, and those that were replaced."""

    connections: Connections
    registered: Sequence[Origin] = ()
    replaced: Sequence[Origin] = ()


def evolve(state: Connections, event: AnyPresenceEvent, offset: int) -> Folded:
    """Fold the event at `offset` of the user's partition; folding it again only confirms again."""
    if offset <= state.offset:
        is_there = any(one.connection == event.origin.connection for one in state.connections)
        return Folded(state, (event.origin,) if is_there and isinstance(event, DeviceConnected) else ())
    if isinstance(event, DeviceConnected):
        return _connected(state, event, offset)
    left = tuple(one for one in state.connections if one.connection != event.origin.connection)
    return Folded(Connections(max(offset, state.offset), left))


def _connected(state: Connections, event: DeviceConnected, offset: int) -> Folded:
    same = [one for one in state.connections if one.device_id == event.device_id]
    mine = [one for one in same if one.connection == event.origin.connection]
    if not mine and any(one.at > event.at for one in same):
        return Folded(Connections(max(offset, state.offset), state.connections), replaced=(event.origin,))
    replaced = [_origin(one) for one in same if one not in mine]
    others = tuple(one for one in state.connections if one.device_id != event.device_id)
    new = Connection(event.device_id, *_place(event.origin), event.at)
    return Folded(Connections(max(offset, state.offset), (*others, new)), (event.origin,), replaced)


def _place(origin: Origin) -> tuple[str, str, str]:
    return origin.gateway, origin.incarnation, origin.connection


def _origin(one: Connection) -> Origin:
    return Origin(one.gateway, one.incarnation, one.connection)
