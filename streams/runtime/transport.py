"""A Faust transport on confluent-kafka: an agent gets one message per run of a partition's records.

Registered as `runs` under Faust's entry point group `faust.transports`. Not used, on purpose: Faust's tables, its
transactions and its producer. Faust's own bookkeeping of offsets is replaced by a ledger per partition: its own
commits one run at a time over gaps, and can commit past one.
"""
# ruff: noqa: ARG002, ASYNC109, FBT001, FBT002 — the signatures are Faust's

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from confluent_kafka import KafkaException
from confluent_kafka import Message as KafkaMessage
from faust.events import Event
from faust.transport import base
from faust.transport.consumer import Consumer as FaustConsumer
from faust.transport.producer import Producer as FaustProducer
from faust.types import TP, ConsumerMessage, Message

from streams.runtime import records
from streams.runtime.ledger import Entry, Ledger
from streams.runtime.progress import Progress
from streams.runtime.reader import Place, Reader, Runs, is_away
from streams.runtime.records import Record

CLOSE_SECONDS = 10.0
HELD_BACK_SECONDS = 0.002
AGAIN_SECONDS = 0.5
ANSWER_MS = 10_000  # a commit stops the reader's polling: not for a minute, when a broker says nothing


@dataclass(frozen=True, slots=True)
class Reading:
    """What the transport needs beyond Faust's settings; an app carries it as `app.reading`."""

    fetch: Mapping[str, int]
    progress: Progress
    failed: Callable[[BaseException], None]
    begins_at_end: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A run on its way through Faust. `ack` is the agent's word alone: Faust itself acknowledges what it skips."""

    messages: Sequence[KafkaMessage]
    ledger: Ledger
    entry: Entry

    def ack(self) -> None:
        self.ledger.ack(self.entry, time.monotonic())

    def records(self) -> Sequence[Record]:
        return [records.record(message) for message in self.messages]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the work on a partition has come. `oldest_ms`: when the oldest record at hand was appended."""

    topic: str
    partition: int
    handled_offset: int
    end_offset: int
    oldest_ms: int | None


class Consumer(FaustConsumer):
    """Faust's side of the reader."""

    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = ()

    async def on_start(self) -> None:
        self._reading: Reading = self.app.reading
        self._ledgers: dict[Place, Ledger] = {}
        self._buffer: deque[tuple[int, TP, Delivery]] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._committing = asyncio.Lock()
        self._assigned_now: set[TP] = set()
        self._is_rewound = False
        self._reader = Reader(
            self._config(),
            asyncio.get_running_loop(),
            self,
            self._reading.progress,
            begins_at_end=self._reading.begins_at_end,
        )
        self._reader.start()

    def _config(self) -> Mapping[str, Any]:
        conf = self.app.conf
        urls = self.transport.url if isinstance(self.transport.url, list) else [self.transport.url]
        instance = conf.consumer_group_instance_id
        return {
            "bootstrap.servers": ",".join(f"{url.host}:{url.port or 9092}" for url in urls),
            "group.id": conf.id,
            "client.id": conf.broker_client_id,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "partition.assignment.strategy": "range",
            "session.timeout.ms": int(conf.broker_session_timeout * 1000),
            "heartbeat.interval.ms": int(conf.broker_heartbeat_interval * 1000),
            "fetch.queue.backoff.ms": 5,
            "socket.timeout.ms": ANSWER_MS,
            "socket.nagle.disable": True,
            "enable.metrics.push": False,
            **({"group.instance.id": instance} if instance else {}),
            **self._reading.fetch,
        }

    # What the reader asks (reader.Owner)

    def deliver(self, epoch: int, runs: Runs) -> None:
        if epoch != self._reader.epoch:
            return
        for place, messages in runs.items():
            ledger, tp = self._ledgers[place], TP(*place)
            _, at_ms = messages[0].timestamp()
            entry = ledger.enter((messages[-1].offset() or 0) + 1, len(messages), time.monotonic(), at_ms)
            delivery = Delivery(messages, ledger, entry)
            if self._flows(tp):
                self._hand_over(tp, delivery)
            else:
                self._buffer.append((epoch, tp, delivery))
        if self._buffer and self._arrival:
            _wake(self._arrival)

    def _flows(self, tp: TP) -> bool:
        """Whether the agents' streams may have it at once: nothing older waits, and Faust has resumed the flow.

        A stream drops what comes while the flow is suspended: its entry would never be acknowledged.
        """
        if self._buffer or self.should_stop or not self.flow_active or not self.app.flow_control.is_active():
            return False
        return tp in self._get_active_partitions()

    def _hand_over(self, tp: TP, delivery: Delivery) -> None:
        """Into the streams of its topic. What Faust's conductor does for that besides, our pattern has no use for (it
        decodes, waits for a producer's buffer and asks its settings; at 500 runs a second a tenth of a core)."""
        message = self._to_message(tp, delivery)
        for channel in self.app.topics._tp_index[tp]:  # noqa: SLF001  there is no other way to its channels
            message.incref()
            channel.queue.force_put_nowait(Event(self.app, None, delivery, None, message))

    def rewound(self, offsets: Mapping[Place, int | None]) -> None:
        """New accounts from these offsets on. Called before anything that was read from there is delivered."""
        self._ledgers = {place: Ledger(committable=offset, committed=offset) for place, offset in offsets.items()}
        self._buffer.clear()
        self._is_rewound = True

    async def assigned(self, places: set[Place]) -> None:
        self._let_nothing_through()
        self._assigned_now = {TP(*place) for place in places}
        self.app.consumer_generation_id = (self.app.consumer_generation_id or 0) + 1
        await self.on_partitions_assigned(set(self._assigned_now), self.app.consumer_generation_id)

    async def revoked(self, places: set[Place], *, is_lost: bool) -> None:
        """Faust stops the flow and lets the agents finish (their part hangs on its signal); then a last commit."""
        self._let_nothing_through()
        await self.on_partitions_revoked({TP(*place) for place in places})
        try:
            if not is_lost:
                await self.commit()
        except KafkaException as lost:
            self.log.warning("the partitions were lost before the last commit: %s", lost)
        self._assigned_now, self._ledgers = set(), {}
        self._buffer.clear()

    def _let_nothing_through(self) -> None:
        self._is_rewound = False
        self.stop_flow()
        if not self.app.rebalancing:
            self.app.on_rebalance_start()

    def failed(self, fault: BaseException) -> None:
        self._reading.failed(fault)

    def pending_records(self, place: Place) -> int:
        ledger = self._ledgers.get(place)
        return ledger.pending_records if ledger else 0

    def standing_since(self) -> float | None:
        standing = (ledger.standing_since() for ledger in tuple(self._ledgers.values()))
        return min((since for since in standing if since is not None), default=None)

    def standings(self) -> list[Standing]:
        """How far each partition's work has come."""
        return [self._standing(place, ledger) for place, ledger in self._ledgers.items()]

    def _standing(self, place: Place, ledger: Ledger) -> Standing:
        low, end = self._reader.ends.get(place, (-1, -1))
        handled = max(low, 0) if ledger.committable is None else ledger.committable
        return Standing(*place, handled, max(end, handled), ledger.oldest_ms())

    # What Faust asks

    async def subscribe(self, topics: Iterable[str]) -> None:
        await self._reader.subscribe(list(topics))

    async def seek_to_committed(self) -> Mapping[TP, int]:
        generation = self.app.consumer_generation_id
        while generation == self.app.consumer_generation_id:
            try:
                offsets = await self._reader.rewind()
            except KafkaException as fault:
                if not is_away(fault):
                    raise
                self.log.warning("the committed offsets: %s; again soon", fault)
                self._reading.progress.touch()
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return {TP(*place): offset for place, offset in offsets.items()}  # type: ignore[misc]  # Faust takes None here
        return {}

    def resume_flow(self) -> None:
        """Not before the rewind of this very assignment: Faust may still be finishing an older one's."""
        if self._is_rewound:
            super().resume_flow()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        found, _ = await self._wait_next_records(timeout)
        # Only after the wait: a rebalance may have passed meanwhile, and the first run after it would be thrown away.
        generation = self.app.consumer_generation_id
        for tp, deliveries in (found or {}).items():
            for delivery in deliveries:
                if self.should_stop or not self.flow_active or self.app.consumer_generation_id != generation:
                    return
                yield tp, self._to_message(tp, delivery)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Delivery]]:
        if not self._buffer:
            await self._wait_for_arrival(timeout)
        if not self.flow_active:
            return {}  # what is buffered stays: it may already be of the assignment that is about to begin
        found = self._take(active_partitions)
        if self._buffer and not found:
            await asyncio.sleep(HELD_BACK_SECONDS)
        return found

    async def _wait_for_arrival(self, timeout: float) -> None:
        """Until something was read, or the time is over. Not `asyncio.wait_for`: that makes a task for every run."""
        loop = asyncio.get_running_loop()
        arrival = self._arrival = loop.create_future()
        timer = loop.call_later(timeout, _wake, arrival)
        try:
            await arrival
        finally:
            timer.cancel()
            self._arrival = None

    async def _drain_messages(self, fetcher: Any) -> None:
        """From the reader to the agents' streams, run by run.

        Faust's own makes two tasks per message, to give up a callback that waits while the flow is suspended. Ours
        never waits: nothing is handed over while the flow is suspended, and a full partition pauses in the reader.
        """
        while not (self.should_stop or fetcher.should_stop):
            async for tp, message in self.getmany(timeout=1.0):
                await self.app.flow_control.acquire()
                self._hand_over(tp, message.value)
            await asyncio.sleep(0)  # what is read without waiting must leave the loop time for others

    def _take(self, active: set[TP] | None) -> dict[TP, list[Delivery]]:
        """What is buffered for active partitions; that of the others stays; what is of an older epoch goes."""
        found: dict[TP, list[Delivery]] = {}
        held_back: deque[tuple[int, TP, Delivery]] = deque()
        for epoch, tp, delivery in self._buffer:
            if epoch != self._reader.epoch:
                continue
            if active is None or tp in active:
                found.setdefault(tp, []).append(delivery)
            else:
                held_back.append((epoch, tp, delivery))
        self._buffer = held_back
        return found

    def _to_message(self, tp: TP, record: Delivery) -> ConsumerMessage:
        """One message for a run; it stands at the run's last offset."""
        last = record.messages[-1]
        _, at_ms = last.timestamp()
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset(), at_ms / 1000, 1, [], last.key(), record, None, 0, 0, tp,
            generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    def ack(self, message: Message) -> bool:
        """Faust's word: it acknowledges what it skips when the flow stops. Only the agent's counts (Delivery)."""
        is_new = not message.acked
        message.acked = True
        self._unacked_messages.discard(message)
        return is_new

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        async with self._committing:
            due = {place: offset for place, ledger in self._ledgers.items() if (offset := ledger.due()) is not None}
            if not due or not await self._reader.commit(due):
                return False
            for place, offset in due.items():
                if ledger := self._ledgers.get(place):
                    ledger.committed = offset
            return True

    def assignment(self) -> set[TP]:
        return set(self._assigned_now)

    def highwater(self, tp: TP) -> int:
        return 0

    def topic_partitions(self, topic: str) -> int | None:
        return None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        return partition

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    def close(self) -> None:
        self._reader.leave()

    async def on_stop(self) -> None:
        await super().on_stop()
        self._reader.leave()
        await asyncio.to_thread(self._reader.join, CLOSE_SECONDS)

    # Only tables ask these; there are none

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        return {}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return {}

    async def position(self, tp: TP) -> int | None:
        return None

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        raise NotImplementedError("tables are not used")

    async def _seek(self, partition: TP, offset: int) -> None:
        raise NotImplementedError("tables are not used")

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        raise NotImplementedError("`commit` does it")

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        raise NotImplementedError("topics are made by migration")


def _wake(arrival: "asyncio.Future[None]") -> None:
    if not arrival.done():
        arrival.set_result(None)


class Producer(FaustProducer):
    """Faust wants one; nobody uses it. Derived records go through infra.stores.log.Appender."""

    async def flush(self) -> None:
        """Nothing is ever buffered."""

    async def on_start(self) -> None:
        """No connection is made."""


class Transport(base.Transport):
    Consumer = Consumer
    Producer = Producer
    default_port = 9092
    driver_version = "confluent-kafka runs"
