"""The log as its writers see it: appending records, and looks at its ends. Reading it is `streams.runtime`'s alone.

Delivery reports are polled from the event loop while something is on its way, and often only while somebody waits for
one: most reports only move bookkeeping on, and every look is a wake-up. An idle appender does nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from infra.stores.faults import StoreUnavailable
from infra.telemetry import metrics
from schemas.envelope import Headers

log = logging.getLogger(__name__)

AWAITED_POLL_SECONDS = 0.002
POLL_SECONDS = 0.02
WARM_UP_SECONDS = 30.0
# One request in flight and no linger: it batches by itself. Nothing waits when idle, much goes together when
# busy (measured: 2.4 ms at 500 a second against 8.2 ms with a linger of 2 ms; FACTS).
PRODUCER = {
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 0,
    "max.in.flight.requests.per.connection": 1,
    # Not zstd, which makes a context for each batch, and below saturation a batch is one record. The medians at 500 a
    # second, one run each: 14 and 25 ms with zstd, 11 with lz4, 13 with none. Runs differ by as much: measure again.
    "compression.type": "lz4",
    "partitioner": "murmur2_random",
    "queue.buffering.max.messages": 200_000,
    "socket.nagle.disable": True,
    "enable.metrics.push": False,
    # An answer that never came held all records of its partition for 61 s: one request is in flight, and the default is
    # 60. Asked again it is the same record, for the producer is idempotent.
    "socket.timeout.ms": 10_000,
}

OnDelivery = Callable[[KafkaError | None, Message], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the log."""

    partition: int
    offset: int


class Appender:
    """An idempotent producer, for use from one event loop."""

    def __init__(self, bootstrap: str, name: str, options: Mapping[str, Any] | None = None) -> None:
        self._producer = Producer({**PRODUCER, "bootstrap.servers": bootstrap, "client.id": name, **(options or {})})
        self._poll_timer: asyncio.TimerHandle | None = None
        self.outstanding = 0
        self._awaited = 0

    def produce(
        self,
        topic: str,
        value: bytes,
        *,
        key: str | bytes | None = None,
        headers: Headers | None = None,
        partition: int = -1,
        on_delivery: OnDelivery | None = None,
    ) -> None:
        """Hand a record over; `on_delivery` is called in the loop with its fate. Raises BufferError when full."""

        def delivered(error: KafkaError | None, message: Message) -> None:
            self.outstanding -= 1
            if error is None:
                metrics.APPEND.of(topic).add(message.latency() or 0.0)
            else:
                metrics.APPENDS_FAILED.labels(topic).inc()
            if on_delivery is not None:
                on_delivery(error, message)

        self._producer.produce(topic, value, key, partition, on_delivery=delivered, headers=headers)
        self.outstanding += 1
        if self._poll_timer is None:
            self._poll_later()

    async def append(
        self,
        topic: str,
        value: bytes,
        *,
        key: str | bytes | None = None,
        headers: Headers | None = None,
        partition: int = -1,
    ) -> Place:
        """Append a record and wait until the log has confirmed it. Raises StoreUnavailable."""
        future: asyncio.Future[Place] = asyncio.get_running_loop().create_future()

        def delivered(error: KafkaError | None, message: Message) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(StoreUnavailable(f"{topic}: {error.str()}"))
            else:
                future.set_result(Place(message.partition() or 0, message.offset() or 0))

        try:
            self.produce(topic, value, key=key, headers=headers, partition=partition, on_delivery=delivered)
        except BufferError as full:
            raise StoreUnavailable(f"{topic}: the producer's queue is full") from full
        return await self._awaiting(future)

    async def _awaiting(self, future: "asyncio.Future[Place]") -> Place:
        self._awaited += 1
        if self._awaited == 1:  # not for each: a timer that is always set anew would never go off
            self._poll_later()
        try:
            return await future
        finally:
            self._awaited -= 1

    async def warm_up(self, topic: str, timeout_seconds: float = WARM_UP_SECONDS) -> None:
        """Fetch metadata: a new producer's first record costs 0.3 s otherwise (FACTS). Raises StoreUnavailable."""
        try:
            await asyncio.to_thread(self._producer.list_topics, topic, timeout_seconds)
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away

    async def drain(self, timeout_seconds: float) -> bool:
        """Wait until everything handed over is confirmed; whether that was so in time."""
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        while self.outstanding and asyncio.get_running_loop().time() < deadline:
            self._producer.poll(0)
            await asyncio.sleep(AWAITED_POLL_SECONDS)
        return not self.outstanding

    def _poll(self) -> None:
        self._poll_timer = None
        self._producer.poll(0)
        if self.outstanding and self._poll_timer is None:
            self._poll_later()

    def _poll_later(self) -> None:
        if self._poll_timer is not None:
            self._poll_timer.cancel()
        seconds = AWAITED_POLL_SECONDS if self._awaited else POLL_SECONDS
        self._poll_timer = asyncio.get_running_loop().call_later(seconds, self._poll)
