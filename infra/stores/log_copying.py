"""Copies records of the log into a topic for trials, each with the place that it came from.

What has come last says where to go on: records of a partition are copied in their order, one after the other.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not re-exported by its stubs

from infra.stores.faults import StoreUnavailable
from infra.stores.log_reading import LogReader, Record
from schemas.envelope import Headers, header
from schemas.times import timestamp
from schemas.topics import FOR_EVER_MS, Topic

ANSWER_SECONDS = 30.0
FLUSH_SECONDS = 120.0
TOPIC, PARTITION, OFFSET, AT = "replay_topic", "replay_partition", "replay_offset", "replay_at"
"""The headers of a copy, behind the record's own."""


class Origin(NamedTuple):
    """Where a copy came from."""

    topic: str
    offset: int


class LogCopy:
    """A topic of copies. All raise StoreUnavailable."""

    def __init__(self, bootstrap: str, topic: Topic, replication: int) -> None:
        self.topic = topic
        self._bootstrap = bootstrap
        self._replication = replication
        self._fault: KafkaError | None = None

    def make(self) -> None:
        """Make the topic. Its records keep the times of those that they are copies of, and are kept for ever."""
        config = {"message.timestamp.type": "CreateTime", "retention.ms": str(FOR_EVER_MS)}
        wanted = NewTopic(self.topic.name, self.topic.partitions, self._replication, config=config)
        admin = AdminClient({"bootstrap.servers": self._bootstrap, "log_level": 0})  # what goes wrong is raised
        try:
            admin.create_topics([wanted], operation_timeout=ANSWER_SECONDS)[self.topic.name].result()
        except KafkaException as away:
            raise StoreUnavailable(f"{self.topic.name}: {away}") from away

    def last(self, reader: LogReader) -> Mapping[int, Origin | None]:
        """Per partition that has records: where the last one came from; None: from nowhere, it is no copy."""
        ends = {span.partition: span.end for span in reader.spans(self.topic) if len(span)}
        found = {number: reader.one(self.topic.name, number, end - 1) for number, end in ends.items()}
        return {number: origin_of(record) for number, record in found.items() if record is not None}

    def append(self, records: Iterable[Record]) -> int:
        """Copy them, each into the partition of its number; how many. Done when the log has confirmed all."""
        options = {"acks": "all", "enable.idempotence": True, "linger.ms": 20, "compression.type": "lz4"}
        producer = Producer({**options, "bootstrap.servers": self._bootstrap, "client.id": "backchannel-replay"})
        count = 0
        for record in records:
            self._produce(producer, record)
            count += 1
        if producer.flush(FLUSH_SECONDS) or self._fault:
            raise StoreUnavailable(f"{self.topic.name}: {self._fault or 'not confirmed in time'}")
        return count

    def _produce(self, producer: Producer, record: Record) -> None:
        while self._fault is None:
            try:
                return producer.produce(
                    self.topic.name, record.value, record.key, record.partition, self._delivered,
                    timestamp=record.at_ms, headers=headers(record),
                )  # fmt: skip
            except BufferError:
                producer.poll(0.1)
            finally:
                producer.poll(0)
        raise StoreUnavailable(f"{self.topic.name}: {self._fault.str()}")

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self._fault = self._fault or error


def headers(record: Record) -> Headers:
    """A copy's: the record's own, and where it stood when."""
    place = (TOPIC, record.topic), (PARTITION, str(record.partition)), (OFFSET, str(record.offset))
    return [*record.headers, *((name, text.encode()) for name, text in (*place, (AT, timestamp(record.at_ms))))]


def origin_of(copy: Record) -> Origin | None:
    topic, offset = header(copy.headers, TOPIC), header(copy.headers, OFFSET)
    return None if topic is None or offset is None else Origin(topic.decode(), int(offset))
