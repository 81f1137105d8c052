"""What a gateway says in `presence.events` of its connections: that they began, fell silent, spoke again, ended."""

import logging
from time import time

from gateway.connection import Connection
from infra.stores.log import Appender
from schemas import envelope, topics
from schemas.codec import encode
from schemas.door import Actor
from schemas.presence import AnyDeviceEvent, DeviceConnected, DeviceDisconnected, DeviceHeard, DeviceSilent
from schemas.times import timestamp

log = logging.getLogger(__name__)


class Saying:
    def __init__(self, appender: Appender) -> None:
        self._appender = appender

    def connected(self, actor: Actor) -> DeviceConnected:
        """The word that a connection began; it may have to be said more than once, always with the first time."""
        return DeviceConnected(user_id=actor.user_id, device_id=actor.device_id, origin=actor.origin, at=_now())

    async def append(self, event: AnyDeviceEvent) -> None:
        """Say it, and wait until it is in the log. Raises StoreUnavailable."""
        await self._appender.append(
            topics.PRESENCE_EVENTS.name, encode(event), key=event.user_id, headers=_headers(event)
        )

    def silent(self, connection: Connection, actor: Actor) -> None:
        self._produce(
            DeviceSilent(
                user_id=actor.user_id,
                device_id=actor.device_id,
                origin=actor.origin,
                at=_now(),
                heard_at=timestamp(connection.heard_ms()),
            )
        )

    def heard(self, actor: Actor) -> None:
        self._produce(
            DeviceHeard(user_id=actor.user_id, device_id=actor.device_id, origin=actor.origin, at=_now())
        )

    def disconnected(self, connection: Connection, actor: Actor) -> None:
        self._produce(
            DeviceDisconnected(
                user_id=actor.user_id,
                device_id=actor.device_id,
                origin=actor.origin,
                at=_now(),
                heard_at=timestamp(connection.heard_ms()),
            )
        )

    def _produce(self, event: AnyDeviceEvent) -> None:
        """Its fate is not waited for: should the log be away for long, the lease lapses, and the judge says it all."""
        try:
            self._appender.produce(
                topics.PRESENCE_EVENTS.name, encode(event), key=event.user_id, headers=_headers(event)
            )
        except BufferError as full:
            log.warning("%s is not said: %s", type(event).__name__, full)


def _headers(event: AnyDeviceEvent) -> envelope.Headers:
    trace = envelope.new_trace()
    return envelope.headers(
        event, id_=trace[3:35], source=event.origin.gateway, subject=event.user_id, at=event.at, trace=trace
    )


def _now() -> str:
    return timestamp(int(time() * 1000))
