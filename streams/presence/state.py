"""A user's connections: the fold of what happened to their devices. Pure.

The device whose Hello came later has the connection; a word of a dead or replaced connection changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from schemas.commands import Origin
from schemas.outbound import Connection, Connections
from schemas.presence import AnyDeviceEvent, DeviceConnected, DeviceDisconnected, DeviceHeard, DeviceSilent

NOBODY = Connections(-1)


@dataclass(frozen=True, slots=True)
class Folded:
    """The connections after an event, those that are confirmed by it, and those that were replaced."""

    connections: Connections
    registered: Sequence[Origin] = ()
    replaced: Sequence[Origin] = ()


def evolve(state: Connections, event: AnyDeviceEvent, offset: int) -> Folded:
    """Fold the event at `offset` of the user's partition; folding it again only confirms again."""
    mine = next((one for one in state.connections if one.connection == event.origin.connection), None)
    if offset <= state.offset:
        return Folded(state, (event.origin,) if mine and isinstance(event, DeviceConnected) else ())
    if isinstance(event, DeviceConnected):
        return _connected(state, event, offset)
    if mine is None:
        return Folded(_late(state, event, offset))
    others = tuple(one for one in state.connections if one is not mine)
    match event:
        case DeviceSilent():
            silent = msgspec.structs.replace(mine, is_silent=True)
            return Folded(Connections(offset, (*others, silent), _later(state.heard_at, event.heard_at)))
        case DeviceHeard():
            heard = msgspec.structs.replace(mine, is_silent=False)
            return Folded(Connections(offset, (*others, heard), state.heard_at))
        case DeviceDisconnected():
            return Folded(Connections(offset, others, _later(state.heard_at, event.last_heard_at)))


def _late(state: Connections, event: AnyDeviceEvent, offset: int) -> Connections:
    """A word of a connection that is not there. Who knows nothing of the user at all learns from it when it ended:
    the cache was lost, and the gateways say what became of their connections."""
    heard_at = state.heard_at
    if isinstance(event, DeviceDisconnected) and not state.connections and heard_at is None:
        heard_at = event.last_heard_at
    return Connections(offset, state.connections, heard_at)


def _connected(state: Connections, event: DeviceConnected, offset: int) -> Folded:
    same = [one for one in state.connections if one.device_id == event.device_id]
    mine = [one for one in same if one.connection == event.origin.connection]
    if mine:
        return Folded(Connections(offset, state.connections, state.heard_at), (event.origin,))
    if any(one.at > event.at for one in same):
        return Folded(Connections(offset, state.connections, state.heard_at), replaced=(event.origin,))
    others = tuple(one for one in state.connections if one.device_id != event.device_id)
    new = Connection(event.device_id, *_place(event.origin), event.at)
    return Folded(
        Connections(offset, (*others, new), state.heard_at), (event.origin,), [origin_of(one) for one in same]
    )


def _later(one: str | None, other: str) -> str:
    return other if one is None else max(one, other)


def _place(origin: Origin) -> tuple[str, str, str]:
    return origin.gateway, origin.incarnation, origin.connection


def origin_of(one: Connection) -> Origin:
    return Origin(one.gateway, one.incarnation, one.connection)
