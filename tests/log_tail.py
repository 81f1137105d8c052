"""What was appended to a topic since a test began to look."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from confluent_kafka import Consumer, TopicPartition

from schemas.topics import Topic

T = TypeVar("T")
ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.02
CHUNK_RECORDS = 1_000


class LogTail(Generic[T]):
    def __init__(self, bootstrap: str, topic: Topic, decode: Callable[[bytes], T]) -> None:
        self._kafka = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False, "fetch.wait.max.ms": 20}
        )
        self._topic = topic
        self._next = self._ends()
        self._kafka.assign([TopicPartition(topic.name, number, offset) for number, offset in self._next.items()])
        self._decode = decode
        self.found: list[T] = []

    async def read(self) -> list[T]:
        """All that is there by now."""
        ends = await asyncio.to_thread(self._ends)
        while any(self._next[number] < end for number, end in ends.items()):
            for one in await asyncio.to_thread(self._kafka.consume, CHUNK_RECORDS, LOOK_SECONDS):
                if one.error() is None:
                    self._next[one.partition() or 0] = (one.offset() or 0) + 1
                    self.found.append(self._decode(one.value() or b""))
        return self.found

    def _ends(self) -> dict[int, int]:
        places = (TopicPartition(self._topic.name, number) for number in range(self._topic.partitions))
        return {one.partition: self._kafka.get_watermark_offsets(one, timeout=ANSWER_SECONDS)[1] for one in places}

    async def until(self, is_so: Callable[[list[T]], bool]) -> list[T]:
        """What was appended, as soon as it is so."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not is_so(found := await self.read()):
            assert asyncio.get_running_loop().time() < deadline, f"still {found}"
            await asyncio.sleep(LOOK_SECONDS)
        return found

    def close(self) -> None:
        self._kafka.close()
