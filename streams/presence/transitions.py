"""When a user went online or offline: what follows from a change of their connections. Pure."""

from schemas.outbound import Connections
from schemas.presence import AnyDeviceEvent, WentOffline, WentOnline

Transition = WentOnline | WentOffline


def transition(before: Connections, after: Connections, event: AnyDeviceEvent) -> Transition | None:
    """What `event`, which led from one state to the other, made of the user's presence.

    Of a user who is not known at all (the cache was lost) the end of a connection says that they went: they may have
    been online before.
    """
    if after.is_online:
        return None if before.is_online else WentOnline(user_id=event.user_id, at=event.at)
    was_unknown = before.offset < 0 and after.heard_at is not None
    if not before.is_online and not was_unknown:
        return None
    return WentOffline(user_id=event.user_id, at=event.at, last_seen_at=after.heard_at or event.at)
