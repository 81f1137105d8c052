"""A topic of a test's own, whose records can be forgotten as retention forgets them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not re-exported by its stubs

ANSWER_SECONDS = 30.0


class TrialTopic:
    """One partition. It is not there until it is made."""

    def __init__(self, bootstrap: str) -> None:
        self.name = f"trial.{uuid4().hex[:12]}"
        self._bootstrap = bootstrap
        self._admin = AdminClient({"bootstrap.servers": bootstrap})

    @classmethod
    @contextmanager
    def made(cls, bootstrap: str) -> "Iterator[TrialTopic]":
        topic = cls(bootstrap)
        topic.make()
        try:
            yield topic
        finally:
            topic.delete()

    def make(self, partitions: int = 1) -> None:
        wanted = NewTopic(self.name, partitions, 1, config={"message.timestamp.type": "LogAppendTime"})
        self._admin.create_topics([wanted], operation_timeout=ANSWER_SECONDS)[self.name].result()

    def delete(self) -> None:
        self._admin.delete_topics([self.name], operation_timeout=ANSWER_SECONDS)[self.name].result()

    def make_again(self) -> None:
        self.delete()
        self.make()

    def append(self, count: int) -> None:
        producer = Producer({"bootstrap.servers": self._bootstrap})
        for number in range(count):
            producer.produce(self.name, b'{"type":"Tried","seq":%d}' % number, b"k", 0)
        assert producer.flush(ANSWER_SECONDS) == 0

    def forget(self, *, before: int) -> None:
        self._admin.delete_records([TopicPartition(self.name, 0, before)])[TopicPartition(self.name, 0)].result()
