"""The leases of gateways, as a worker of presence follows them, and the beat that keeps the log's time going."""

import asyncio
import logging
from time import time

from confluent_kafka import KafkaError, Message

from infra.stores.faults import until_available
from infra.stores.log import Appender
from schemas import envelope
from schemas.codec import Undecodable, decode_lease, encode
from schemas.presence import BEAT_EVERY_SECONDS, LogBeat
from schemas.times import timestamp
from schemas.topics import PRESENCE_LEASES
from streams.presence.judging import Incarnation, Judge
from streams.runtime.following import Following
from streams.runtime.records import Record

log = logging.getLogger(__name__)

# An incarnation that has no lease among so many is dead: far more than all gateways write in DEAD_SECONDS.
RECORDS_BACK = 50_000
# A beat that comes late says nothing; while the broker is away none is kept.
BEAT_OPTIONS = {"message.timeout.ms": 2_000, "enable.idempotence": False}


class Leases:
    def __init__(self, bootstrap: str, name: str) -> None:
        self._name = name
        self._following = Following(bootstrap, PRESENCE_LEASES)
        self._appender = Appender(bootstrap, name, BEAT_OPTIONS)
        self._judge = Judge()

    async def open(self) -> None:
        await until_available(lambda: self._following.open(RECORDS_BACK), "the leases")

    async def run(self) -> None:
        """Follow the topic for ever."""
        await asyncio.gather(self._follow(), self._beat())

    async def dead(self, incarnations: set[Incarnation]) -> set[Incarnation]:
        """Those of them that hold no lease, by all that the log says now. Waits while Kafka is away."""
        if all(map(self._judge.is_alive, incarnations)):
            return set()
        await until_available(self._following.caught_up, "the leases")
        return {one for one in incarnations if not self._judge.is_alive(one)}

    def last_lease_ms(self, incarnation: Incarnation) -> int | None:
        return self._judge.last_lease_ms(incarnation)

    async def close(self) -> None:
        await self._following.close()

    async def _follow(self) -> None:
        async for chunk in self._following.chunks():
            for record in chunk:
                self._fold(record)

    def _fold(self, record: Record) -> None:
        try:
            self._judge.fold(decode_lease(record.value), record.at_ms)
        except Undecodable as broken:  # worth no dead letter: the next one comes in a second
            log.warning("%s %d cannot be read: %s", record.topic, record.offset, broken)

    async def _beat(self) -> None:
        topic = PRESENCE_LEASES.name
        while True:
            at = timestamp(int(time() * 1000))
            beat = LogBeat(at=at)
            trace = envelope.new_trace()
            headers = envelope.headers(
                beat, id_=trace[3:35], source=self._name, subject=self._name, at=at, trace=trace
            )
            try:
                self._appender.produce(topic, encode(beat), key=self._name, headers=headers, on_delivery=_delivered)
            except BufferError:
                log.warning("a beat is left out: the producer's queue is full")
            await asyncio.sleep(BEAT_EVERY_SECONDS)


def _delivered(error: KafkaError | None, _: Message) -> None:
    if error is not None:
        log.warning("a beat was not appended: %s", error.str())
