"""The broker alone, beside the whole system: how long a record takes from produce to consume."""

import asyncio
import threading
import time
from array import array

import msgspec
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.bench.options import WARM_UP_SECONDS
from tests.bench.spread import Spread, spread

TOPIC = "bench.broker"
RECORD_BYTES = 1024
NUMBER_BYTES = 8
ADMIN_TIMEOUT_SECONDS = 30.0
DRAIN_SECONDS = 10.0


class BrokerResult(msgspec.Struct, frozen=True):
    rate: int
    produce_to_consume: Spread
    produce_to_confirmed: Spread
    missing: int


class BrokerRun:
    """One producer (acks=all, idempotent, no linger) and one consumer, each in a thread of its own."""

    def __init__(self, bootstrap: str, rate: int, seconds: float) -> None:
        self._bootstrap = bootstrap
        self._rate = rate
        self._first = int(rate * WARM_UP_SECONDS)
        self._total = self._first + int(rate * seconds)
        self._produced_ns = array("q", bytes(8 * self._total))
        self._confirmed_ns = array("q", bytes(8 * self._total))
        self._consumed_ns = array("q", bytes(8 * self._total))
        self._is_assigned = threading.Event()
        self._is_over = threading.Event()

    def run(self) -> BrokerResult:
        consuming = threading.Thread(target=self._consume, name="bench-broker-consumer", daemon=True)
        consuming.start()
        self._is_assigned.wait(ADMIN_TIMEOUT_SECONDS)
        self._produce()
        consuming.join(DRAIN_SECONDS)
        self._is_over.set()
        consuming.join()
        return self._result()

    def _produce(self) -> None:
        producer = Producer(
            {"bootstrap.servers": self._bootstrap, "acks": "all", "enable.idempotence": True, "linger.ms": 0}
        )
        filler = b"x" * (RECORD_BYTES - NUMBER_BYTES)
        started = time.perf_counter()
        for number in range(self._total):
            while (early := started + number / self._rate - time.perf_counter()) > 0:
                # Serves delivery reports while it waits.
                producer.poll(min(early, 0.001))
            self._produced_ns[number] = time.perf_counter_ns()
            value = number.to_bytes(NUMBER_BYTES, "big") + filler
            producer.produce(TOPIC, value, partition=0, on_delivery=self._confirmed)
        producer.flush(DRAIN_SECONDS)

    def _confirmed(self, error: KafkaError | None, record: Message) -> None:
        now = time.perf_counter_ns()
        offset = record.offset()
        if error is None and offset is not None:
            # The topic is new and has one partition: the offset is the number.
            self._confirmed_ns[offset] = now

    def _consume(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": TOPIC,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )
        consumer.assign([TopicPartition(TOPIC, 0, 0)])
        self._is_assigned.set()
        left = self._total
        while left and not self._is_over.is_set():
            record = consumer.poll(0.1)
            now = time.perf_counter_ns()
            value = None if record is None or record.error() else record.value()
            if value is not None:
                self._consumed_ns[int.from_bytes(value[:NUMBER_BYTES], "big")] = now
                left -= 1
        consumer.close()

    def _result(self) -> BrokerResult:
        measured = range(self._first, self._total)
        consumed = [self._consumed_ns[n] - self._produced_ns[n] for n in measured if self._consumed_ns[n]]
        confirmed = [self._confirmed_ns[n] - self._produced_ns[n] for n in measured if self._confirmed_ns[n]]
        return BrokerResult(self._rate, spread(consumed), spread(confirmed), len(measured) - len(consumed))


async def measure_broker(bootstrap: str, rate: int, seconds: float) -> BrokerResult:
    return await asyncio.to_thread(_measure, bootstrap, rate, seconds)


def _measure(bootstrap: str, rate: int, seconds: float) -> BrokerResult:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    _delete(admin)
    topic = NewTopic(TOPIC, num_partitions=1, replication_factor=1)
    admin.create_topics([topic], operation_timeout=ADMIN_TIMEOUT_SECONDS)[TOPIC].result()
    try:
        return BrokerRun(bootstrap, rate, seconds).run()
    finally:
        _delete(admin)


def _delete(admin: AdminClient) -> None:
    """Also removes what a run that was cut short has left."""
    if TOPIC in admin.list_topics(timeout=ADMIN_TIMEOUT_SECONDS).topics:
        admin.delete_topics([TOPIC], operation_timeout=ADMIN_TIMEOUT_SECONDS)[TOPIC].result()
        deadline = time.monotonic() + ADMIN_TIMEOUT_SECONDS
        while TOPIC in admin.list_topics(timeout=ADMIN_TIMEOUT_SECONDS).topics and time.monotonic() < deadline:
            threading.Event().wait(0.1)
