"""The log as people read it: ranges of a topic, once, in order. Joins no group, commits nothing: agents are
`streams.runtime`'s alone.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import cast

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition
from msgspec import Struct

from infra.stores.faults import StoreUnavailable
from schemas.topics import Topic

ANSWER_SECONDS = 10.0
RECORDS_AT_ONCE = 2_000  # more only cost the garbage collector's time
FOLLOW_SECONDS = 0.2
# Fetches large enough that one consumer reads a partition at the disk's speed, small enough that four fit in memory.
CONSUMER = {
    "group.id": "backchannel-operator",  # asked for by the driver; nothing is joined and nothing committed
    "enable.auto.commit": False,
    "enable.partition.eof": False,
    "auto.offset.reset": "error",  # never elsewhere than where it was sent
    "queued.max.messages.kbytes": 65_536,
    "fetch.message.max.bytes": 8 << 20,
    "fetch.wait.max.ms": 50,
    "fetch.queue.backoff.ms": 10,  # by default it waits a second, once enough is queued
    "check.crcs": True,
    "log_level": 0,  # what goes wrong is raised, and told in a sentence
}


Keep = Callable[[bytes | None, bytes], bool]
"""Whether a record is wanted, by its key and value: asked before its headers are looked at, which cost the most."""


class RangeGone(Exception):
    """The log no longer keeps a range from its first record on."""


class Record(Struct, frozen=True, gc=False):
    """A record as it stands in the log; `at_ms` is the log's append time."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes | None]]


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

    def partitions(self, topic: str) -> int | None:
        """How many a topic has, whoever's it is; None if there is no such topic."""
        with closing(Consumer(self._options)) as consumer:
            try:
                found = consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
            except KafkaException as away:
                raise StoreUnavailable(f"{topic}: {away}") from away
        return len(found.partitions) or None

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

    def read(self, spans: Sequence[Span], keep: Keep | None = None) -> Iterator[Record]:
        """The records of all spans, or those to keep, by append time; of one partition always in its order."""
        each = (chain.from_iterable(self.runs(span, keep)) for span in spans if len(span))
        return heapq.merge(*each, key=lambda record: record.at_ms)

    def one(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record at a place, None where there is none (any more)."""
        with closing(Consumer(self._options)) as consumer:
            try:
                low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_SECONDS)
            except KafkaException as away:
                raise StoreUnavailable(f"{topic}/{partition}: {away}") from away
        if not low <= offset < high:
            return None
        return next(self.read([Span(topic, partition, offset, offset + 1)]), None)

    def follow(self, topic: Topic) -> Iterator[Record | None]:
        """What is appended from now on, for ever; None now and then, when there is nothing."""
        with closing(Consumer(self._options)) as consumer:
            consumer.assign([TopicPartition(topic.name, number, OFFSET_END) for number in range(topic.partitions)])
            while True:
                messages = consumer.consume(RECORDS_AT_ONCE, FOLLOW_SECONDS)
                yield from map(_record, messages) if messages else (None,)

    def runs(self, span: Span, keep: Keep | None = None) -> Iterator[list[Record]]:
        """The same of one span, many at a time: the fastest way to read it. Raises RangeGone besides."""
        with closing(Consumer(self._options)) as consumer:
            consumer.assign([TopicPartition(span.topic, span.partition, span.start)])
            next_offset = span.start
            while next_offset < span.end:
                messages = consumer.consume(min(RECORDS_AT_ONCE, span.end - next_offset), ANSWER_SECONDS)
                if not messages:
                    raise StoreUnavailable(f"{span.topic}/{span.partition}: nothing in {ANSWER_SECONDS:.0f} s")
                next_offset = _record(messages[-1]).offset + 1
                kept = messages if keep is None else [one for one in messages if one.error() or _is_kept(one, keep)]
                records = map(_record, kept)
                yield list(records) if next_offset <= span.end else [one for one in records if one.offset < span.end]


def _is_kept(message: Message, keep: Keep) -> bool:
    return keep(message.key(), message.value() or b"")


def _first_since(consumer: Consumer, topic: str, partition: int, at_ms: int, end: int) -> int:
    (found,) = consumer.offsets_for_times([TopicPartition(topic, partition, at_ms)], timeout=ANSWER_SECONDS)
    if found.error:
        raise KafkaException(found.error)
    return end if found.offset < 0 else min(found.offset, end)


def _record(message: Message) -> Record:
    if error := message.error():
        if error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 — the driver has no other name for it
            raise RangeGone(f"{message.topic()}/{message.partition()}: {error.str()}")
        raise StoreUnavailable(f"{message.topic()}/{message.partition()}: {message.error()}")
    return stored(message)


def stored(message: Message) -> Record:
    """A record from the driver's message, which is no error."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    _, at_ms = message.timestamp()
    # The stubs allow texts, which only a deserializer would make: headers come as bytes.
    headers = cast("Sequence[tuple[str, bytes | None]]", message.headers() or ())
    return Record(topic, partition, offset, at_ms, message.key(), message.value() or b"", headers)
