"""Reads a partition of `conversation.events`, and of each record only where it stands.

A consumer of its own without a group: how far the archive has come stands in its manifest, with the segments.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from infra.stores.faults import StoreUnavailable
from schemas.envelope import header
from schemas.topics import CONVERSATION_EVENTS, Topic

CHUNK_RECORDS = 2_000
WAIT_SECONDS = 0.5
BROKER_ANSWER_SECONDS = 10.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A record; it has a row in the timeline if it has a seq."""

    offset: int
    at_ms: int
    conversation_id: str
    seq: int | None


class OldRecords:
    """For use from one event loop, one reading at a time."""

    def __init__(self, bootstrap: str, topic: Topic = CONVERSATION_EVENTS) -> None:
        self._topic = topic
        self._kafka = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "archive",  # required by librdkafka, joined by nobody
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 100,
                "fetch.queue.backoff.ms": 5,
                "queued.max.messages.kbytes": 4_096,  # what is left of it when a segment is full is read again
            }
        )
        self._asking: asyncio.Future[Any] | None = None

    async def newest_ms(self) -> int:
        """The time of the newest record in any partition; 0 if there is none. Raises StoreUnavailable."""
        newest = 0
        for partition in range(self._topic.partitions):
            low, end = await self._ends(partition)
            if low < end:
                async for chunk in self.read(partition, end - 1, end):
                    newest = max(newest, chunk[-1].at_ms)
        return newest

    async def read(self, partition: int, first: int, before: int | None = None) -> AsyncGenerator[Sequence[Seen]]:
        """The records from offset `first` on to before `before` or the present end, in chunks that end at multiples
        of CHUNK_RECORDS: where a segment ends is a matter of the log alone. Raises StoreUnavailable."""
        end = (await self._ends(partition))[1] if before is None else before
        self._kafka.assign([TopicPartition(self._topic.name, partition, first)])
        chunk: list[Seen] = []
        try:
            while first < end:
                count = min(CHUNK_RECORDS, end - first)
                messages = await self._ask(lambda count=count: self._kafka.consume(count, WAIT_SECONDS))  # type: ignore[misc]
                for one in map(_seen, messages):
                    if chunk and one.offset // CHUNK_RECORDS > chunk[0].offset // CHUNK_RECORDS:
                        yield chunk
                        chunk = []
                    chunk.append(one)
                    first = one.offset + 1
            if chunk:
                yield chunk
        finally:
            self._kafka.unassign()

    async def close(self) -> None:
        """Also in the middle of a reading; a thread that still asks must come back first, or the driver crashes."""
        if self._asking is not None:
            await asyncio.wait([self._asking])
        await asyncio.to_thread(self._kafka.close)

    async def _ask(self, question: Callable[[], T]) -> T:
        asking = asyncio.ensure_future(asyncio.to_thread(question))
        self._asking = asking
        return await asyncio.shield(asking)

    async def _ends(self, partition: int) -> tuple[int, int]:
        place = TopicPartition(self._topic.name, partition)
        try:
            marks = await self._ask(lambda: self._kafka.get_watermark_offsets(place, BROKER_ANSWER_SECONDS))
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away
        if marks is None:
            raise StoreUnavailable(f"{self._topic.name}/{partition}: the broker did not answer")
        return marks


def _seen(message: Message) -> Seen:
    if error := message.error():
        raise StoreUnavailable(f"{message.topic()}: {error.str()}")
    offset, key = message.offset(), message.key()
    assert offset is not None
    seq = header(message.headers(), "seq")  # type: ignore[arg-type]  # the driver's stubs allow text
    at_ms = message.timestamp()[1]
    return Seen(offset, at_ms, key.decode() if isinstance(key, bytes) else "", None if seq is None else int(seq))
