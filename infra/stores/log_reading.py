"""The log as people read it: ranges of a topic, once, in order. Joins no group, commits nothing: agents are
`streams.runtime`'s alone.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from confluent_kafka import OFFSET_END, Consumer, KafkaException, Message, TopicPartition

from infra.stores.faults import StoreUnavailable
from schemas.topics import Topic

ANSWER_SECONDS = 10.0
RECORDS_AT_ONCE = 10_000
FOLLOW_SECONDS = 0.5
# Fetches large enough that one consumer reads a partition at the disk's speed, small enough that four fit in memory.
CONSUMER = {
    "group.id": "backchannel-operator",  # asked for by the driver; nothing is joined and nothing committed
    "enable.auto.commit": False,
    "enable.partition.eof": False,
    "queued.max.messages.kbytes": 65_536,
    "fetch.message.max.bytes": 8 << 20,
    "fetch.wait.max.ms": 50,
    "check.crcs": True,
}


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it stands in the log; `at_ms` is the log's append time."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets `start` to before `end` of a partition."""

    topic: str
    partition: int
    start: int
    end: int

    def __len__(self) -> int:
        return max(0, self.end - self.start)


class LogReader:
    """Each question waits for the broker a bounded time and raises StoreUnavailable."""

    def __init__(self, bootstrap: str) -> None:
        self._options = {**CONSUMER, "bootstrap.servers": bootstrap}

    def spans(
        self,
        topic: Topic,
        *,
        partitions: Iterable[int] | None = None,
        since_ms: int | None = None,
        until_ms: int | None = None,
    ) -> list[Span]:
        """What there is now of a topic, per partition, from a time to before another."""
        numbers = range(topic.partitions) if partitions is None else partitions
        with closing(Consumer(self._options)) as consumer:
            return [self._span(consumer, topic.name, number, since_ms, until_ms) for number in numbers]

    def _span(
        self, consumer: Consumer, topic: str, partition: int, since_ms: int | None, until_ms: int | None
    ) -> Span:
        place = TopicPartition(topic, partition)
        try:
            start, end = consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
            if since_ms is not None:
                start = _first_since(consumer, topic, partition, since_ms, end)
            if until_ms is not None:
                end = _first_since(consumer, topic, partition, until_ms, end)
        except KafkaException as away:
            raise StoreUnavailable(f"{topic}/{partition}: {away}") from away
        return Span(topic, partition, start, end)

    def read(self, spans: Sequence[Span]) -> Iterator[StoredRecord]:
        """The records of all spans by append time; of one partition always in its order."""
        return heapq.merge(*(self._read(span) for span in spans if len(span)), key=lambda record: record.at_ms)

    def one(self, topic: str, partition: int, offset: int) -> StoredRecord | None:
        """The record at a place, None where there is none (any more)."""
        with closing(Consumer(self._options)) as consumer:
            try:
                low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_SECONDS)
            except KafkaException as away:
                raise StoreUnavailable(f"{topic}/{partition}: {away}") from away
        if not low <= offset < high:
            return None
        return next(self._read(Span(topic, partition, offset, offset + 1)), None)

    def follow(self, topic: Topic) -> Iterator[StoredRecord | None]:
        """What is appended from now on, for ever; None now and then, when there is nothing."""
        with closing(Consumer(self._options)) as consumer:
            consumer.assign([TopicPartition(topic.name, number, OFFSET_END) for number in range(topic.partitions)])
            while True:
                messages = consumer.consume(RECORDS_AT_ONCE, FOLLOW_SECONDS)
                yield from map(_record, messages) if messages else (None,)

    def _read(self, span: Span) -> Iterator[StoredRecord]:
        with closing(Consumer(self._options)) as consumer:
            consumer.assign([TopicPartition(span.topic, span.partition, span.start)])
            next_offset = span.start
            while next_offset < span.end:
                messages = consumer.consume(min(RECORDS_AT_ONCE, span.end - next_offset), ANSWER_SECONDS)
                if not messages:
                    raise StoreUnavailable(f"{span.topic}/{span.partition}: nothing in {ANSWER_SECONDS:.0f} s")
                for message in messages:
                    record = _record(message)
                    next_offset = record.offset + 1
                    if next_offset > span.end:
                        return
                    yield record


def _first_since(consumer: Consumer, topic: str, partition: int, at_ms: int, end: int) -> int:
    (found,) = consumer.offsets_for_times([TopicPartition(topic, partition, at_ms)], timeout=ANSWER_SECONDS)
    if found.error:
        raise KafkaException(found.error)
    return end if found.offset < 0 else min(found.offset, end)


def _record(message: Message) -> StoredRecord:
    if message.error():
        raise StoreUnavailable(f"{message.topic()}/{message.partition()}: {message.error()}")
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    _, at_ms = message.timestamp()
    headers = cast("Sequence[tuple[str, str | bytes | None]]", message.headers() or ())
    return StoredRecord(
        topic, partition, offset, at_ms, _bytes(message.key()), _bytes(message.value()) or b"",
        tuple((name, _bytes(value)) for name, value in headers),
    )  # fmt: skip


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
