"""Reads a partition from an offset to its present end: how the conversation agent folds the tail on assignment.

A consumer of its own without a group; it commits nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from infra.stores.faults import StoreUnavailable
from streams.runtime.progress import progress
from streams.runtime.records import Record, record

CHUNK_RECORDS = 500
WAIT_SECONDS = 0.5
BROKER_ANSWER_SECONDS = 10.0


class Tail:
    """`end` is the offset that the next record of the partition would get; below it, nothing is missing."""

    def __init__(self, bootstrap: str, topic: str, partition: int) -> None:
        self._place = (topic, partition)
        self._kafka = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "tail",  # required by librdkafka, joined by nobody
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 100,
                "fetch.queue.backoff.ms": 5,
            }
        )
        self.end = 0

    async def open(self, start: int) -> None:
        """Look up the end and stand at `start`. Raises StoreUnavailable, or TailTruncated."""
        low, self.end = await asyncio.to_thread(self._look)
        if not low <= start <= self.end:
            raise TailTruncated(f"{self._place}: no record {start}, there are {low} to {self.end}")
        self._next = start
        self._kafka.assign([TopicPartition(*self._place, start)])

    async def chunks(self) -> AsyncIterator[Sequence[Record]]:
        """The records up to the end, in order, in chunks. Raises StoreUnavailable."""
        while self._next < self.end:
            messages = await asyncio.to_thread(self._kafka.consume, CHUNK_RECORDS, WAIT_SECONDS)
            chunk = []
            for message in messages:
                if error := message.error():
                    raise StoreUnavailable(f"{self._place}: {error.str()}")
                chunk.append(record(message))
            progress.touch()
            if chunk:
                self._next = chunk[-1].offset + 1
                yield chunk

    async def close(self) -> None:
        await asyncio.to_thread(self._kafka.close)

    def _look(self) -> tuple[int, int]:
        try:
            marks = self._kafka.get_watermark_offsets(TopicPartition(*self._place), timeout=BROKER_ANSWER_SECONDS)
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away
        if marks is None:
            raise StoreUnavailable(f"{self._place}: the broker did not answer")
        return marks


class TailTruncated(Exception):
    """The log does not reach back, or not forward, to the offset: the checkpoint is of another log."""
