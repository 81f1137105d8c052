"""Events of presence: which device holds which connection, and when people came and went. Keyed by user.

Gateways and the judge of leases append what happened to connections (Device…); the presence agent derives from it
when a user WentOnline and WentOffline, for analysts and for the view of who was last seen when. Leases have a topic of
their own.
"""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.commands import Origin
from schemas.ids import Id
from schemas.times import Timestamp

LEASE_EVERY_SECONDS = 0.5  # a busy machine may hold one up for a second or two
# A gateway whose lease the log has not confirmed for LEASE_SECONDS closes its sockets; the judge calls its incarnation
# dead when the log's newest lease or beat is DEAD_SECONDS newer. With the time between two beats and the 1.5 s that
# may lie between two heartbeats that is 4.55 s of the 5 s within which a user must be shown offline.
LEASE_SECONDS = 2.4
DEAD_SECONDS = 2.8
BEAT_EVERY_SECONDS = 0.25


class PresenceEvent(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    user_id: Id
    at: Timestamp


class DeviceEvent(PresenceEvent, frozen=True, kw_only=True, omit_defaults=True):
    """`origin` names the gateway, its incarnation and the connection."""

    device_id: Id
    origin: Origin


class DeviceConnected(DeviceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A device said Hello with a good ticket. Appended again while no word comes: folding it twice changes nothing."""


class DeviceSilent(DeviceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Nothing was heard of a connection for longer than the threshold: not since `heard_at`."""

    heard_at: Timestamp


class DeviceHeard(DeviceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A connection that was silent speaks again."""


class DeviceDisconnected(DeviceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A connection ended, by itself or with its gateway; its last sign of life was at `heard_at` (null in old records:
    at `at`). A late word of a dead connection never ends a newer one."""

    heard_at: Timestamp | None = None

    @property
    def last_heard_at(self) -> str:
        return self.heard_at or self.at


class WentOnline(PresenceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The first sign of life of any device after there was none."""


class WentOffline(PresenceEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """All devices are gone or silent; the last sign of life of any of them was at `last_seen_at`."""

    last_seen_at: Timestamp


AnyDeviceEvent = DeviceConnected | DeviceSilent | DeviceHeard | DeviceDisconnected
AnyPresenceEvent = AnyDeviceEvent | WentOnline | WentOffline


class GatewayLease(Struct, frozen=True, kw_only=True, tag_field="type", tag=True, omit_defaults=True):
    """A gateway lives, as this incarnation. Its time is the log's own."""

    gateway: str
    incarnation: str
    at: Timestamp
    connections: Annotated[int, Meta(ge=0)] = 0


class LogBeat(Struct, frozen=True, kw_only=True, tag_field="type", tag=True, omit_defaults=True):
    """The log's time goes on though no gateway may be left to say so: a word of those who judge leases."""

    at: Timestamp


AnyLease = GatewayLease | LogBeat
