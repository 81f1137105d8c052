"""The gateway's lease: two records a second in `presence.leases`. Not confirmed for LEASE_SECONDS, it has lapsed.

The judge, who goes by the log's time, calls an incarnation dead a moment after its lease lapsed here, never before.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import time

from confluent_kafka import KafkaError, Message

from infra.stores.log import Appender
from schemas import envelope
from schemas.codec import encode
from schemas.presence import LEASE_EVERY_SECONDS, LEASE_SECONDS, GatewayLease
from schemas.times import timestamp
from schemas.topics import PRESENCE_LEASES

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
# A lease has a producer of its own: it waits behind no message, and one that comes late is worth nothing.
OPTIONS = {"message.timeout.ms": round(LEASE_SECONDS * 1000), "enable.idempotence": False}


class Lapsed(Exception):
    """The log has not confirmed the lease: the judge may call this incarnation dead."""


@dataclass(slots=True)
class Held:
    """`since` is when the last lease that was confirmed was handed over: the log got it later. Pure."""

    since: float

    def confirm(self, began_at: float, now: float) -> None:
        """One that is confirmed too late renews nothing: in the log's time there was a gap, and the judge saw it.

        (On a starved machine a gateway was buried so, and went on as if nothing were: nobody could connect to it.)
        """
        if not self.has_lapsed(now):
            self.since = max(self.since, began_at)

    def has_lapsed(self, now: float) -> bool:
        return now - self.since > LEASE_SECONDS


class Lease:
    def __init__(self, bootstrap: str, gateway: str, connections: Callable[[], int]) -> None:
        self._appender = Appender(bootstrap, f"{gateway}-lease", OPTIONS)
        self._gateway = gateway
        self._connections = connections
        self._now = asyncio.get_running_loop().time
        self._held = Held(0.0)

    @property
    def has_lapsed(self) -> bool:
        return self._held.has_lapsed(self._now())

    async def begin(self, incarnation: str) -> None:
        """The first lease of an incarnation is in the log. Raises StoreUnavailable."""
        await self._appender.warm_up(PRESENCE_LEASES.name)  # what a new producer takes is no delay of the log's
        began_at = self._now()
        value, headers = self._lease(incarnation)
        await self._appender.append(PRESENCE_LEASES.name, value, key=self._gateway, headers=headers)
        self._held = Held(began_at)

    async def hold(self, incarnation: str) -> None:
        """Renew it again and again. Raises Lapsed."""
        renew_at = self._now() + LEASE_EVERY_SECONDS
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.has_lapsed:
                raise Lapsed(f"not confirmed for {self._now() - self._held.since:.1f} s")
            if self._now() >= renew_at:
                renew_at = self._now() + LEASE_EVERY_SECONDS
                self._renew(incarnation)

    def _renew(self, incarnation: str) -> None:
        began_at = self._now()

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is None:
                self._held.confirm(began_at, self._now())

        value, headers = self._lease(incarnation)
        try:
            self._appender.produce(
                PRESENCE_LEASES.name, value, key=self._gateway, headers=headers, on_delivery=delivered
            )
        except BufferError as full:
            log.warning("the lease is not renewed: %s", full)

    def _lease(self, incarnation: str) -> tuple[bytes, envelope.Headers]:
        at = timestamp(int(time() * 1000))
        lease = GatewayLease(
            gateway=self._gateway, incarnation=incarnation, at=at, connections=self._connections()
        )
        trace = envelope.new_trace()
        headers = envelope.headers(
            lease, id_=trace[3:35], source=self._gateway, subject=self._gateway, at=at, trace=trace
        )
        return encode(lease), headers
