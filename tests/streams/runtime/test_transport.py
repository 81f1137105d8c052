"""Faust's side of the reader: what it may hand out, and whose word counts.

The driver's consumer is a real one that is never polled; the thread's part is played by calling what it calls.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from confluent_kafka import Message
from faust.types import TP

from streams.runtime import transport
from streams.runtime.agents import Running, faust_app
from streams.runtime.settings import StreamSettings
from tests.streams.runtime.listener import Listener, no_fault

PLACE = ("a-topic", 0)
EPOCH = 5


class Standing:
    """The reader as the consumer sees it, without its thread."""

    epoch = EPOCH

    def start(self) -> None: ...


def messages(start: int, count: int) -> Sequence[Message]:
    return [Message(topic=PLACE[0], partition=0, offset=start + one, key=b"k", value=b"{}") for one in range(count)]


@pytest.fixture
async def running() -> Running:
    return faust_app(Listener(), StreamSettings(), no_fault)


@pytest.fixture
async def consumer(running: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Assigned and rewound to offset 0, with its flow resumed."""
    monkeypatch.setattr(transport, "Reader", lambda *_, **__: Standing())
    consumer: Any = running.app.consumer
    await consumer.on_start()
    running.app.consumer_generation_id = 1
    consumer._set_active_tps({TP(*PLACE)})
    consumer.rewound({PLACE: None})
    consumer.resume_flow()
    return consumer


async def taken(consumer: Any) -> list[Any]:
    return [message async for _, message in consumer.getmany(0.01)]


class TestAck:
    async def test_the_agents_word_moves_the_offset(self, consumer: Any) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        (message,) = await taken(consumer)
        message.value.ack()
        assert consumer._ledgers[PLACE].due() == 3

    async def test_fausts_word_moves_nothing(self, consumer: Any) -> None:
        """Faust acknowledges what a stream skips because the flow is stopped: a lost run, if it counted."""
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        (message,) = await taken(consumer)
        message.ack(consumer)
        assert message.acked
        assert consumer._ledgers[PLACE].due() is None

    async def test_a_run_of_before_the_rewind_moves_nothing(self, consumer: Any) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        (message,) = await taken(consumer)
        consumer.rewound({PLACE: None})
        message.value.ack()
        assert consumer._ledgers[PLACE].due() is None


class TestDeliver:
    async def test_what_is_never_handed_on_is_a_gap(self, consumer: Any) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        consumer._buffer.clear()  # as if it were dropped anywhere on its way
        consumer.deliver(EPOCH, {PLACE: messages(3, 2)})
        (message,) = await taken(consumer)
        message.value.ack()
        assert consumer._ledgers[PLACE].due() is None
        assert consumer.standing_since() is not None

    async def test_what_waits_for_faust_counts_as_work(self, consumer: Any) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        assert consumer.pending_records(PLACE) == 3
        assert consumer.standing_since() is not None

    async def test_an_older_epoch_is_dropped(self, consumer: Any) -> None:
        consumer.deliver(EPOCH - 1, {PLACE: messages(0, 3)})
        assert await taken(consumer) == []
        assert consumer.pending_records(PLACE) == 0


class TestHandOver:
    """While the flow goes on, a run is in the agent's stream as soon as it was read."""

    @pytest.fixture
    def queue(self, running: Running, consumer: Any) -> Any:
        channel = running.app.topic(PLACE[0])
        running.app.topics._tp_index[TP(*PLACE)].add(channel)
        running.app.flow_control.resume()
        return channel.queue

    async def test_at_once(self, consumer: Any, queue: Any) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        event = queue.get_nowait()
        assert [0, 1, 2] == [one.offset for one in event.value.records()]
        assert (TP(*PLACE), 1) == (event.message.tp, event.message.generation_id)
        assert not consumer._buffer

    async def test_after_what_waits(self, consumer: Any, queue: Any) -> None:
        consumer.flow_active = False
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        consumer.resume_flow()
        consumer.deliver(EPOCH, {PLACE: messages(3, 2)})
        assert queue.empty()
        assert [2, 4] == [message.offset for message in await taken(consumer)]

    async def test_not_while_the_streams_drop_what_comes(self, running: Running, consumer: Any, queue: Any) -> None:
        running.app.flow_control.suspend()
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        assert queue.empty()
        assert len(await taken(consumer)) == 1

    async def test_not_of_a_partition_that_is_not_active(self, consumer: Any, queue: Any) -> None:
        consumer._set_active_tps(set())
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        assert queue.empty()
        assert len(consumer._buffer) == 1


class TestFlow:
    async def test_what_came_while_it_stood_still_is_kept(self, consumer: Any) -> None:
        consumer.flow_active = False
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        assert await consumer._getmany(None, 0.01) == {}
        consumer.resume_flow()
        assert len(await taken(consumer)) == 1

    async def test_not_resumed_before_the_rewind(self, consumer: Any) -> None:
        consumer._let_nothing_through()
        consumer.resume_flow()
        assert not consumer.flow_active
        consumer.rewound({PLACE: 7})
        consumer.resume_flow()
        assert consumer.flow_active


class TestStopping:
    async def test_nothing_more_reaches_the_agent(self, consumer: Any, running: Running) -> None:
        consumer.deliver(EPOCH, {PLACE: messages(0, 3)})
        (message,) = await taken(consumer)
        running.is_stopping = True
        running.put(0, message.value)
        assert running.agent.runs == []  # type: ignore[attr-defined]
