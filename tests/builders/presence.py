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
