"""Events of presence: which device holds which connection, on which gateway. Keyed by user."""

from msgspec import Struct

from schemas.commands import Origin
from schemas.ids import Id
from schemas.times import Timestamp


class PresenceEvent(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """`origin` names the gateway, its incarnation and the connection."""

    user_id: Id
    device_id: Id
    origin: Origin
    at: Timestamp


class DeviceConnected(PresenceEvent, frozen=True, kw_only=True, tag=True):
    """A device said Hello with a good ticket. Appended again while no word comes: folding it twice changes nothing."""


class DeviceDisconnected(PresenceEvent, frozen=True, kw_only=True, tag=True):
    """A connection ended; a late word of a dead connection never ends a newer one."""


AnyPresenceEvent = DeviceConnected | DeviceDisconnected
