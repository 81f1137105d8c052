"""The table of topics: durable names, and values that are told apart."""

import msgspec
import pytest

from schemas import topics
from schemas.topics import TOPICS, Topic, union

DURABLE = {  # changing one of these is a migration
    "conversation.commands": 4,
    "conversation.events": 4,
    "conversation.signals": 2,
    "presence.events": 2,
    "presence.leases": 1,
    "media.commands": 2,
    "media.events": 2,
    "account.events": 2,
    "notification.requests": 2,
    "notification.outcomes": 2,
    "dead.letters": 1,
}


class TestTopics:
    def test_names_and_partitions_are_durable(self) -> None:
        assert DURABLE == {topic.name: topic.partitions for topic in TOPICS}

    def test_commands_and_events_are_decided_partition_by_partition(self) -> None:
        assert topics.CONVERSATION_COMMANDS.partitions == topics.CONVERSATION_EVENTS.partitions
        assert topics.MEDIA_COMMANDS.partitions == topics.MEDIA_EVENTS.partitions

    def test_events_are_kept_for_ever(self) -> None:
        for topic in (topics.CONVERSATION_EVENTS, topics.MEDIA_EVENTS, topics.ACCOUNT_EVENTS, topics.DEAD_LETTERS):
            assert topics.FOR_EVER_MS == topic.retention_ms

    def test_signals_are_soon_forgotten(self) -> None:
        assert topics.HOUR_MS == topics.CONVERSATION_SIGNALS.retention_ms

    def test_no_two_values_have_the_same_name_in_one_topic(self) -> None:
        for topic in TOPICS:
            assert len(topic.values) == len({value.__name__ for value in topic.values})

    @pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
    def test_a_decoder_can_be_made_of_its_values(self, topic: Topic) -> None:
        msgspec.json.Decoder(union(topic))
