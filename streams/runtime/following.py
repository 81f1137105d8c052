"""Follows a topic of one partition that every process reads as a whole, without a group: from near its end on."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from infra.stores.faults import StoreUnavailable
from schemas.topics import Topic
from streams.runtime.records import Record, record

CHUNK_RECORDS = 500
POLL_SECONDS = 0.5
BROKER_ANSWER_SECONDS = 5.0


class Following:
    """`position` is the offset up to which the chunks that were taken reach."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._place = (topic.name, 0)
        self._kafka = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "following",  # required by librdkafka, joined by nobody
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "fetch.queue.backoff.ms": 5,
                "socket.nagle.disable": True,
            }
        )
        self.position = 0
        self._moved = asyncio.Condition()

    async def open(self, records_back: int) -> None:
        """Stand so many records before the end. Raises StoreUnavailable."""
        low, end = await self._look()
        self.position = max(low, end - records_back)
        self._kafka.assign([TopicPartition(*self._place, self.position)])

    async def chunks(self) -> AsyncIterator[Sequence[Record]]:
        """The records in order, as they come; when the next is asked for, one is taken for done with the last."""
        while True:
            chunk = await asyncio.to_thread(self._poll)
            if chunk:
                yield chunk
                await self._move(chunk[-1].offset + 1)

    async def caught_up(self) -> None:
        """Wait until all that is in the topic now was taken. Raises StoreUnavailable."""
        _, end = await self._look()
        async with self._moved:
            await self._moved.wait_for(lambda: self.position >= end)

    async def close(self) -> None:
        await asyncio.to_thread(self._kafka.close)

    async def _move(self, position: int) -> None:
        async with self._moved:
            self.position = position
            self._moved.notify_all()

    def _poll(self) -> list[Record]:
        first = self._kafka.poll(POLL_SECONDS)
        if first is None:
            return []
        messages = (first, *self._kafka.consume(CHUNK_RECORDS - 1, 0))
        return [record(message) for message in messages if message.error() is None]  # librdkafka goes on by itself

    async def _look(self) -> tuple[int, int]:
        try:
            marks = await asyncio.to_thread(
                self._kafka.get_watermark_offsets, TopicPartition(*self._place), BROKER_ANSWER_SECONDS
            )
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away
        if marks is None:
            raise StoreUnavailable(f"{self._place}: the broker did not answer")
        return marks
