"""Looks at the log from outside: its epoch, its ends, and how far a consumer group has come. Reads no record."""

import asyncio
from collections.abc import Mapping

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # not re-exported by its stubs

from infra.stores.faults import StoreUnavailable
from schemas.topics import Topic

ANSWER_SECONDS = 5.0

Offsets = Mapping[int, int]


class LogEnds:
    """Questions to the broker; each waits at most ANSWER_SECONDS and raises StoreUnavailable."""

    def __init__(self, bootstrap: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "socket.nagle.disable": True})

    async def epoch(self, topic: Topic) -> str:
        """What names this log: the id that the broker gave to the topic when it was made."""
        future = self._admin.describe_topics(TopicCollection([topic.name]), request_timeout=ANSWER_SECONDS)[topic.name]
        try:
            return str((await asyncio.wrap_future(future)).topic_id)
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away

    async def ends(self, topic: Topic) -> Offsets:
        """Per partition, the offset that the next record will get."""
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        asked = {TopicPartition(topic.name, partition): latest for partition in range(topic.partitions)}
        futures = self._admin.list_offsets(asked, request_timeout=ANSWER_SECONDS)
        try:
            answers = await asyncio.gather(*(asyncio.wrap_future(future) for future in futures.values()))
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away
        return {at.partition: answer.offset for at, answer in zip(futures, answers, strict=True)}

    async def committed(self, group: str, topic: Topic) -> Offsets:
        """Per partition, the offset up to which the group has committed; 0 where it has not yet."""
        places = [TopicPartition(topic.name, partition) for partition in range(topic.partitions)]
        futures = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, places)], request_timeout=ANSWER_SECONDS
        )
        try:
            answer = await asyncio.wrap_future(futures[group])
        except KafkaException as away:
            raise StoreUnavailable(str(away)) from away
        return {place.partition: max(0, place.offset) for place in answer.topic_partitions}
