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
        places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        for place in places:
            _, place.offset = self._kafka.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
        self._kafka.assign(places)
        self._decode = decode
        self.found: list[T] = []

    async def read(self) -> list[T]:
        """All that is there by now."""
        messages = await asyncio.to_thread(self._kafka.consume, CHUNK_RECORDS, LOOK_SECONDS)
        self.found += [self._decode(one.value() or b"") for one in messages if one.error() is None]
        return self.found

    async def until(self, is_so: Callable[[list[T]], bool]) -> list[T]:
        """What was appended, as soon as it is so."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not is_so(found := await self.read()):
            assert asyncio.get_running_loop().time() < deadline, f"still {found}"
        return found

    def close(self) -> None:
        self._kafka.close()
