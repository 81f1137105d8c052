"""A Faust transport on confluent-kafka: an agent gets one message per run of a partition's records.

Registered as `runs` under Faust's entry point group `faust.transports`. Not used, on purpose: Faust's tables, its
transactions and its producer. Faust's own bookkeeping of offsets is replaced by a ledger per partition: its own
commits one run at a time over gaps, and can commit past one.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, ClassVar

from confluent_kafka import KafkaException
from faust.transport import base
from faust.transport.consumer import Consumer as FaustConsumer
from faust.transport.producer import Producer as FaustProducer
from faust.types import TP, ConsumerMessage, Message

from streams.runtime import records
from streams.runtime.ledger import Entry, Ledger
from streams.runtime.progress import progress
from streams.runtime.reader import Place, Reader, Runs

CLOSE_SECONDS = 10.0
HELD_BACK_SECONDS = 0.002


class Consumer(FaustConsumer):
    """Faust's side of the reader. `app.runs_config` gives librdkafka's settings beyond those below."""

    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = ()

    async def on_start(self) -> None:
        self._ledgers: dict[Place, Ledger] = {}
        self._entries: dict[int, tuple[Ledger, Entry]] = {}
        self._buffer: deque[tuple[int, Runs]] = deque()
        self._arrived = asyncio.Event()
        self._committing = asyncio.Lock()
        self._assigned_now: set[TP] = set()
        self._reader = Reader(self._config(), asyncio.get_running_loop(), self)
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
            "socket.nagle.disable": True,
            **({"group.instance.id": instance} if instance else {}),
            **getattr(self.app, "runs_config", {}),
        }

    # What the reader asks (reader.Owner)

    def deliver(self, epoch: int, runs: Runs) -> None:
        self._buffer.append((epoch, runs))
        self._arrived.set()

    async def assigned(self, places: set[Place]) -> None:
        self._assigned_now = {TP(*place) for place in places}
        self._ledgers = {place: Ledger() for place in places}
        self.app.consumer_generation_id = (self.app.consumer_generation_id or 0) + 1
        await self.on_partitions_assigned(set(self._assigned_now), self.app.consumer_generation_id)

    async def revoked(self, places: set[Place]) -> None:
        """Faust stops the flow and lets the agents finish (their part hangs on its signal); then a last commit."""
        self.app.on_rebalance_start()
        await self.on_partitions_revoked({TP(*place) for place in places})
        try:
            await self.commit()
        except KafkaException as lost:
            self.log.warning("the partitions were lost before the last commit: %s", lost)
        self._assigned_now, self._ledgers = set(), {}
        self._entries.clear()

    def failed(self, fault: BaseException) -> None:
        asyncio.ensure_future(self.crash(fault))  # noqa: RUF006 — the process ends with it

    def pending_records(self, place: Place) -> int:
        ledger = self._ledgers.get(place)
        return ledger.pending_records if ledger else 0

    # What Faust asks

    async def subscribe(self, topics: Iterable[str]) -> None:
        await self._reader.subscribe(list(topics))

    async def seek_to_committed(self) -> Mapping[TP, int]:
        offsets = await self._reader.rewind()
        self._entries.clear()
        for place, offset in offsets.items():
            self._ledgers[place] = Ledger(committable=offset, committed=offset)
        return {TP(*place): offset for place, offset in offsets.items()}  # type: ignore[misc]  # Faust takes None here

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        found, _ = await self._wait_next_records(timeout)
        # Only after the wait: a rebalance may have passed meanwhile, and the first run after it would be thrown away.
        generation = self.app.consumer_generation_id
        if not found or self.should_stop:
            return
        if not self.flow_active:
            await self.perform_seek()
            return
        for tp, runs in found.items():
            for run in runs:
                if not self.flow_active or self.app.consumer_generation_id != generation:
                    return
                yield tp, self._to_message(tp, run)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        if not self._buffer:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), timeout)
            except TimeoutError:
                return {}
        found, held_back = self._take(active_partitions)
        self._buffer.extendleft(reversed(held_back))
        if held_back and not found:
            await asyncio.sleep(HELD_BACK_SECONDS)
        return found

    def _take(self, active: set[TP] | None) -> tuple[dict[TP, list[Any]], list[tuple[int, Runs]]]:
        """What is buffered for active partitions, and what stays for the others; what is of an older epoch goes."""
        found: dict[TP, list[Any]] = {}
        held_back = []
        while self._buffer:
            epoch, runs = self._buffer.popleft()
            if epoch != self._reader.epoch:
                continue
            rest = {}
            for place, run in runs.items():
                if active is None or TP(*place) in active:
                    found.setdefault(TP(*place), []).append(run)
                else:
                    rest[place] = run
            if rest:
                held_back.append((epoch, rest))
        return found, held_back

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        """One message for a run; it stands at the run's last offset."""
        run = [records.record(message) for message in record]
        last = run[-1]
        ledger = self._ledgers[(tp.topic, tp.partition)]
        message = ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.at_ms / 1000, 1, [], last.key, run, None, 0, 0, tp,
            generation_id=self.app.consumer_generation_id,
        )  # fmt: skip
        self._entries[id(message)] = (ledger, ledger.hand_out(last.offset + 1, len(run)))
        return message

    def ack(self, message: Message) -> bool:
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        progress.touch()
        if found := self._entries.pop(id(message), None):
            ledger, entry = found
            ledger.ack(entry)
        return True

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


class Producer(FaustProducer):
    """Faust wants one; nobody uses it. Derived records go through infra.stores.log.Appender."""

    async def flush(self) -> None:
        """Nothing is ever buffered."""

    async def on_start(self) -> None:
        """No connection is made."""


class Transport(base.Transport):
    Consumer = Consumer  # type: ignore[assignment]  # Faust declares the abstract types
    Producer = Producer  # type: ignore[assignment]
    default_port = 9092
    driver_version = "confluent-kafka runs"
