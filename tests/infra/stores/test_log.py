"""The log as its writers see it."""

import asyncio
import contextlib

import pytest
from confluent_kafka import KafkaError, Message

from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender, Place
from infra.stores.log_ends import LogEnds
from infra.stores.settings import StoreSettings
from tests.infra.stores.connecting import NOWHERE, TEST_TOPIC, new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOPIC = TEST_TOPIC.name
PATIENCE_SECONDS = 20.0


def appender(settings: StoreSettings) -> Appender:
    return Appender(settings.kafka_bootstrap, "test")


class TestAppend:
    async def test_confirmed_with_its_place(self, settings: StoreSettings) -> None:
        mine, ends = appender(settings), await LogEnds(settings.kafka_bootstrap).ends(TEST_TOPIC)
        places = [await mine.append(TOPIC, b"{}", partition=1) for _ in range(3)]
        assert [Place(1, ends[1] + n) for n in range(3)] == places
        assert 0 == mine.outstanding

    async def test_equal_keys_go_to_one_partition(self, settings: StoreSettings) -> None:
        mine, key = appender(settings), new_id()
        places = await asyncio.gather(*(mine.append(TOPIC, b"{}", key=key) for _ in range(20)))
        assert 1 == len({place.partition for place in places})
        assert 20 == len({place.offset for place in places})

    async def test_unavailable_when_no_broker_answers(self) -> None:
        mine = Appender(NOWHERE, "test", {"message.timeout.ms": 300})
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(mine.append(TOPIC, b"{}"), PATIENCE_SECONDS)
        assert 0 == mine.outstanding

    async def test_unavailable_when_the_queue_is_full(self) -> None:
        mine = Appender(NOWHERE, "test", {"message.timeout.ms": 500, "queue.buffering.max.messages": 1})
        mine.produce(TOPIC, b"{}")
        with pytest.raises(StoreUnavailable, match="full"):
            await mine.append(TOPIC, b"{}")
        assert await mine.drain(PATIENCE_SECONDS)


class TestProduce:
    async def test_fates_are_told_in_order_in_the_loop(self, settings: StoreSettings) -> None:
        mine, told = appender(settings), list[tuple[KafkaError | None, int | None]]()

        def delivered(error: KafkaError | None, message: Message) -> None:
            assert asyncio.get_running_loop()
            told.append((error, message.offset()))

        for _ in range(50):
            mine.produce(TOPIC, b"{}", partition=0, on_delivery=delivered)
        assert await mine.drain(PATIENCE_SECONDS)
        first = told[0][1]
        assert first is not None
        assert [(None, first + n) for n in range(50)] == told

    async def test_a_failed_delivery_is_told_too(self) -> None:
        mine, told = Appender(NOWHERE, "test", {"message.timeout.ms": 300}), asyncio.Event()
        errors: list[KafkaError | None] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            errors.append(error)
            told.set()

        mine.produce(TOPIC, b"{}", on_delivery=delivered)
        await asyncio.wait_for(told.wait(), PATIENCE_SECONDS)
        assert [True] == [error is not None for error in errors]

    async def test_nobody_needs_to_listen(self, settings: StoreSettings) -> None:
        mine = appender(settings)
        mine.produce(TOPIC, b"{}", key="k", headers=[("ce_id", b"1")])
        assert await mine.drain(PATIENCE_SECONDS)


class TestDrain:
    async def test_gives_up_in_time(self) -> None:
        mine = Appender(NOWHERE, "test", {"message.timeout.ms": 1000})
        mine.produce(TOPIC, b"{}")
        assert not await mine.drain(0.05)
        with contextlib.suppress(TimeoutError):
            await mine.drain(PATIENCE_SECONDS)
        assert 0 == mine.outstanding

    async def test_nothing(self, settings: StoreSettings) -> None:
        assert await appender(settings).drain(0)


class TestWarmUp:
    async def test_when_the_broker_answers(self, settings: StoreSettings) -> None:
        await appender(settings).warm_up(TOPIC)

    async def test_unavailable_otherwise(self) -> None:
        with pytest.raises(StoreUnavailable):
            await Appender(NOWHERE, "test").warm_up(TOPIC, 0.3)
