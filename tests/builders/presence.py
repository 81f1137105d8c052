"""Events of presence, signals, and connections as the cache keeps them."""

from schemas import presence, signals
from schemas.commands import Origin
from schemas.outbound import Connection
from schemas.times import timestamp
from tests.builders.people import ALICE, CONVERSATION, PHONE, START_MS


def connected(
    connection: str = "connection-1", *, device_id: str = PHONE, user_id: str = ALICE, at_ms: int = START_MS
) -> presence.DeviceConnected:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceConnected(user_id=user_id, device_id=device_id, origin=origin, at=timestamp(at_ms))


def disconnected(
    connection: str = "connection-1", *, device_id: str = PHONE, user_id: str = ALICE
) -> presence.DeviceDisconnected:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceDisconnected(user_id=user_id, device_id=device_id, origin=origin, at=timestamp(START_MS))


def silent(connection: str = "connection-1", *, heard_at_ms: int = START_MS - 5000) -> presence.DeviceSilent:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceSilent(
        user_id=ALICE, device_id=PHONE, origin=origin, at=timestamp(START_MS), heard_at=timestamp(heard_at_ms)
    )


def heard(connection: str = "connection-1") -> presence.DeviceHeard:
    origin = Origin("gateway-1", "1a2b3c", connection)
    return presence.DeviceHeard(user_id=ALICE, device_id=PHONE, origin=origin, at=timestamp(START_MS))


def went_online(user_id: str = ALICE) -> presence.WentOnline:
    return presence.WentOnline(user_id=user_id, at=timestamp(START_MS))


def went_offline(user_id: str = ALICE, *, last_seen_at_ms: int = START_MS - 5000) -> presence.WentOffline:
    return presence.WentOffline(user_id=user_id, at=timestamp(START_MS), last_seen_at=timestamp(last_seen_at_ms))


def lease(gateway: str = "gateway-1", *, connections: int = 1, at_ms: int = START_MS) -> presence.GatewayLease:
    return presence.GatewayLease(gateway=gateway, incarnation="1a2b3c", at=timestamp(at_ms), connections=connections)


def beat(at_ms: int = START_MS) -> presence.LogBeat:
    return presence.LogBeat(at=timestamp(at_ms))


def typing(
    user_id: str = ALICE, *, is_typing: bool = True, conversation_id: str = CONVERSATION
) -> signals.TypingChanged:
    return signals.TypingChanged(
        conversation_id=conversation_id, user_id=user_id, is_typing=is_typing, at=timestamp(START_MS)
    )


def reachable(
    connection: str, *, device_id: str = PHONE, gateway: str = "gateway-1", incarnation: str = "1a2b3c"
) -> Connection:
    return Connection(device_id, gateway, incarnation, connection, timestamp(START_MS))
