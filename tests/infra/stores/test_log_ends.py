"""Looks at the log from outside."""

import asyncio
from dataclasses import replace

import pytest
from confluent_kafka import Consumer, TopicPartition

from infra.stores import log_ends
from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.settings import StoreSettings
from schemas.topics import CONVERSATION_EVENTS, PRESENCE_EVENTS
from tests.infra.stores.connecting import NOWHERE, TEST_TOPIC, new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def ends(settings: StoreSettings) -> LogEnds:
    return LogEnds(settings.kafka_bootstrap)


class TestEpoch:
    async def test_names_the_log(self, ends: LogEnds, settings: StoreSettings) -> None:
        again = LogEnds(settings.kafka_bootstrap)
        assert await ends.epoch(CONVERSATION_EVENTS) == await again.epoch(CONVERSATION_EVENTS)

    async def test_of_another_topic_is_another(self, ends: LogEnds) -> None:
        assert await ends.epoch(CONVERSATION_EVENTS) != await ends.epoch(PRESENCE_EVENTS)


class TestEnds:
    async def test_are_where_the_next_record_will_stand(self, ends: LogEnds, settings: StoreSettings) -> None:
        place = await Appender(settings.kafka_bootstrap, "test").append(TEST_TOPIC.name, b"{}", partition=1)
        found = await ends.ends(TEST_TOPIC)
        assert ([0, 1], place.offset + 1) == (sorted(found), found[1])


class TestCommitted:
    async def test_nothing_yet(self, ends: LogEnds) -> None:
        assert {0: 0, 1: 0} == await ends.committed(new_id(), TEST_TOPIC)

    async def test_where_the_group_stands(self, ends: LogEnds, settings: StoreSettings) -> None:
        group = new_id()
        await asyncio.to_thread(commit, settings.kafka_bootstrap, group, 1, 7)
        assert {0: 0, 1: 7} == await ends.committed(group, TEST_TOPIC)


class TestUnavailable:
    async def test_what_it_knew_when_it_failed_is_forgotten(self, ends: LogEnds) -> None:
        """One was told of no leader for 90 s after there was one: what a consumer knows of leaders ends with it."""
        before = ends._consumer("ends")
        assert before is ends._consumer("ends")
        with pytest.raises(StoreUnavailable):
            await ends.ends(replace(TEST_TOPIC, name=f"test.{new_id()}"))  # there is no such topic
        assert before is not ends._consumer("ends")

    async def test_when_no_broker_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log_ends, "ANSWER_SECONDS", 0.2)
        nowhere = LogEnds(NOWHERE)
        for question in (nowhere.epoch, nowhere.ends):
            with pytest.raises(StoreUnavailable):
                await question(TEST_TOPIC)
        with pytest.raises(StoreUnavailable):
            await nowhere.committed("group", TEST_TOPIC)


def commit(bootstrap: str, group: str, partition: int, offset: int) -> None:
    """Commit as a group that nobody is a member of."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    place = TopicPartition(TEST_TOPIC.name, partition, offset)
    consumer.commit(offsets=[place], asynchronous=False)
    consumer.close()
