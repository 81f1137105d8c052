"""Looks at the log from outside: its epoch, its ends, and how far a consumer group has come. Reads no record.

Asked through consumers that join nothing, not through the admin client: librdkafka's requests about groups abort the
whole process when the broker goes away meanwhile (confluentinc/librdkafka#3663, #4605).
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from confluent_kafka import Consumer, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.stores.faults import StoreUnavailable
from schemas.topics import Topic

ANSWER_SECONDS = 5.0
LATEST = -1  # the time that stands for "the end" in Kafka's ListOffsets

Offsets = Mapping[int, int]


class LogEnds:
    """Questions to the broker; each waits at most ANSWER_SECONDS and raises StoreUnavailable."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._consumers: dict[str, Consumer] = {}

    async def epoch(self, topic: Topic) -> str:
        """What names this log: the id that the broker gave to the topic when it was made."""
        admin = AdminClient({"bootstrap.servers": self._bootstrap, "log_level": 0})  # what goes wrong is raised
        future = admin.describe_topics(TopicCollection([topic.name]), request_timeout=ANSWER_SECONDS)[topic.name]
        try:
            return str((await asyncio.wrap_future(future)).topic_id)
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away

    async def ends(self, topic: Topic) -> Offsets:
        """Per partition, the offset that the next record will get: one request for all."""
        return await asyncio.to_thread(self._ends, topic)

    async def committed(self, group: str, topic: Topic) -> Offsets:
        """Per partition, the offset up to which the group has committed; 0 where it has not yet."""
        return await asyncio.to_thread(self._committed, group, topic)

    async def commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        """Set where a group goes on that nobody is in."""
        await asyncio.to_thread(self._commit, group, topic, offsets)

    def _commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        places = [TopicPartition(topic.name, partition, offset) for partition, offset in offsets.items()]
        with self._asked(group) as consumer:
            _without_errors(consumer.commit(offsets=places, asynchronous=False))

    def _ends(self, topic: Topic) -> Offsets:
        places = [TopicPartition(topic.name, partition, LATEST) for partition in range(topic.partitions)]
        with self._asked("ends") as consumer:
            found = _without_errors(consumer.offsets_for_times(places, timeout=ANSWER_SECONDS))
        return {place.partition: place.offset for place in found}

    def _committed(self, group: str, topic: Topic) -> Offsets:
        places = [TopicPartition(topic.name, partition) for partition in range(topic.partitions)]
        with self._asked(group) as consumer:
            found = _without_errors(consumer.committed(places, timeout=ANSWER_SECONDS))
        return {place.partition: max(0, place.offset) for place in found}

    @contextmanager
    def _asked(self, group: str) -> Iterator[Consumer]:
        """One that answered with an error is not asked again. It remembers what it knew of leaders for minutes: after a
        broker had been killed a gateway was told that there is none for 90 s, and opened no connection."""
        try:
            yield self._consumer(group)
        except KafkaException as away:
            self._consumers.pop(group, None)
            raise StoreUnavailable(str(away)) from away
        except StoreUnavailable:
            self._consumers.pop(group, None)
            raise

    def _consumer(self, group: str) -> Consumer:
        """A consumer that may ask for the group's offsets; it subscribes to nothing and joins nothing."""
        if group not in self._consumers:
            self._consumers[group] = Consumer(
                {
                    "bootstrap.servers": self._bootstrap,
                    "group.id": group,
                    "enable.auto.commit": False,
                    "socket.nagle.disable": True,
                    "log_level": 0,  # what goes wrong is raised
                }
            )
        return self._consumers[group]


def _without_errors(places: list[TopicPartition]) -> list[TopicPartition]:
    for place in places:
        if place.error:
            raise StoreUnavailable(f"{place.topic}/{place.partition}: {place.error}")
    return places
