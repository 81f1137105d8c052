"""Makes the topics of `schemas.topics` that are not there yet, and refuses to go on if one differs."""

import logging

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # not re-exported by its stubs

from infra.stores.settings import StoreSettings
from schemas.topics import TOPICS, Topic

log = logging.getLogger(__name__)

ANSWER_SECONDS = 30.0


class TopicDiffers(Exception):
    """A topic has another number of partitions than the code says: keys would be spread otherwise."""


def migrate(settings: StoreSettings) -> None:
    """Make the missing topics. Raises TopicDiffers, KafkaException."""
    admin = AdminClient({"bootstrap.servers": settings.kafka_bootstrap})
    wanted = [_new(topic, settings.kafka_replication) for topic in TOPICS]
    for name, future in admin.create_topics(wanted, operation_timeout=ANSWER_SECONDS).items():
        try:
            future.result()
            log.info("topic %s made", name)
        except KafkaException as fault:
            if fault.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    there = admin.list_topics(timeout=ANSWER_SECONDS).topics
    for topic in TOPICS:
        if topic.name in there and len(there[topic.name].partitions) != topic.partitions:
            raise TopicDiffers(f"{topic.name}: {len(there[topic.name].partitions)} partitions, not {topic.partitions}")


def _new(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(
        topic.name,
        topic.partitions,
        replication,
        config={
            "message.timestamp.type": "LogAppendTime",  # times in the log are the log's own (DESIGN, section 3)
            "retention.ms": str(topic.retention_ms),
            "retention.bytes": "-1",
            "cleanup.policy": "delete",
            "min.insync.replicas": str(max(1, replication - 1)),
        },
    )
