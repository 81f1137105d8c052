"""`media.events` as a test reads it."""

import asyncio

from confluent_kafka import Consumer, TopicPartition

from schemas.codec import decode_media
from schemas.media import AnyMediaEvent
from schemas.topics import MEDIA_EVENTS

TOLD_SECONDS = 60.0
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.05


class MediaLog:
    """The events since the test began."""

    def __init__(self, bootstrap: str) -> None:
        self._kafka = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False})
        self._next = self._ends()
        self._kafka.assign([_place(*one) for one in self._next.items()])
        self.events: list[AnyMediaEvent] = []

    def close(self) -> None:
        self._kafka.close()

    async def of(self, media_id: str) -> list[AnyMediaEvent]:
        """All events of a media up to now."""
        await asyncio.to_thread(self._read)
        return [event for event in self.events if event.media_id == media_id]

    async def told(self, media_id: str) -> AnyMediaEvent:
        """The first event of a media, as soon as there is one."""
        async with asyncio.timeout(TOLD_SECONDS):
            while True:
                if found := await self.of(media_id):
                    return found[0]
                await asyncio.sleep(LOOK_SECONDS)

    def _read(self) -> None:
        ends = self._ends()
        while any(self._next[number] < end for number, end in ends.items()):
            for message in self._kafka.consume(100, 0.1):
                assert message.error() is None, message.error()
                self.events.append(decode_media(message.value() or b""))
                self._next[message.partition() or 0] = (message.offset() or 0) + 1

    def _ends(self) -> dict[int, int]:
        numbers = range(MEDIA_EVENTS.partitions)
        return {n: self._kafka.get_watermark_offsets(_place(n), timeout=ANSWER_SECONDS)[1] for n in numbers}


def _place(partition: int, offset: int = -1001) -> TopicPartition:
    return TopicPartition(MEDIA_EVENTS.name, partition, offset)
