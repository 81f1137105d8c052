"""The conversation agent: load, decide, append. Consumes `conversation.commands`, produces `conversation.events`.

A run is acknowledged when the log has confirmed the events of all its commands. It reads no store to decide.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial

from confluent_kafka import KafkaError, Message

from infra.stores.cassandra import Cassandra
from infra.stores.faults import until_available
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.snapshots import Snapshots
from infra.telemetry import metrics
from schemas import envelope, topics
from schemas.codec import Undecodable, decode_command, encode
from schemas.commands import AnyCommand
from schemas.events import AnyEvent, TimelineEvent
from streams.conversation.counting import Counting
from streams.conversation.decide import decide
from streams.conversation.fold import UnreadableEvent, fold, load
from streams.conversation.outcome import Place
from streams.conversation.partition import SAVED_FORMAT, Partition
from streams.conversation.saving import save_for_ever
from streams.conversation.state import OutOfOrder
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings
from streams.runtime.tail import TailTruncated

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 5_000
FINISH_SECONDS = 10.0
ALARM_SECONDS = 30.0
# The next append must come after the last or not at all: a hole in the events could never be mended.
PRODUCER_OPTIONS = {"enable.gapless.guarantee": True, "message.timeout.ms": 0}


class AppendFailed(Exception):
    """The log refused an event for good, or left open what became of it."""


class ConversationAgent:
    group = "conversation"
    topic = topics.CONVERSATION_COMMANDS
    is_background = False

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._counting = Counting()
        self._partitions: dict[int, Partition] = {}
        self._stopped: set[int] = set()
        self._queued: deque[Run] = deque()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._fault: asyncio.Future[None] | None = None

    async def start(self) -> None:
        settings = self._settings
        self._appender = Appender(settings.kafka_bootstrap, self.group, PRODUCER_OPTIONS)
        self._ends = LogEnds(settings.kafka_bootstrap)
        epoch = await until_available(lambda: self._ends.epoch(topics.CONVERSATION_EVENTS), "epoch")
        cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
        self._snapshots = await until_available(
            lambda: Snapshots.prepare(cassandra, f"{epoch}/{SAVED_FORMAT}"), "Cassandra"
        )
        await until_available(lambda: self._appender.warm_up(topics.CONVERSATION_EVENTS.name), "Kafka")
        self._dead_letters = DeadLetters(Appender(settings.kafka_bootstrap, f"{self.group}-dead"), self.group)
        self._fault = asyncio.get_running_loop().create_future()

    async def assigned(self, partitions: frozenset[int]) -> None:
        committed = await until_available(lambda: self._ends.committed(self.group, self.topic), "committed offsets")
        for number in sorted(partitions):
            await self._fold(number, committed[number])

    async def _fold(self, number: int, committed: int) -> None:
        async def again() -> Partition:
            progress.touch()
            return await fold(
                number,
                bootstrap=self._settings.kafka_bootstrap,
                snapshots=self._snapshots,
                committed=committed,
            )

        try:
            self._partitions[number] = await until_available(again, "the fold")
        except (UnreadableEvent, OutOfOrder, TailTruncated) as broken:
            log.critical("partition %d is stopped: %s", number, broken)
            self._stopped.add(number)
            metrics.STOPPED.labels(self.group).set(len(self._stopped))

    async def revoked(self) -> None:
        """Drop the queue, clear the state, confirm what was produced, and only then return.

        With the state gone nothing more is decided, whatever `_decide_run` waits for. Raises AppendFailed if events
        stay unconfirmed: only the end of the process keeps them from being appended behind the next owner's back.
        """
        self._queued.clear()
        self._partitions.clear()
        self._stopped.clear()
        metrics.STOPPED.labels(self.group).set(0)
        if not await self._appender.drain(FINISH_SECONDS):
            raise AppendFailed(f"revoked with {self._appender.outstanding} events unconfirmed")

    def put(self, run: Run) -> None:
        self._queued.append(run)
        self._arrived.set()

    async def work(self) -> None:
        assert self._fault is not None
        tasks = {asyncio.ensure_future(one) for one in (self._decide_for_ever(), self._alarm_for_ever(), self._save())}
        done, _ = await asyncio.wait({self._fault, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()

    async def _save(self) -> None:
        await save_for_ever(
            self._partitions,
            self._snapshots,
            committed=lambda: self._ends.committed(self.group, self.topic),
            settings=self._settings,
        )

    async def _alarm_for_ever(self) -> None:
        while True:
            await asyncio.sleep(ALARM_SECONDS)
            if self._stopped:
                progress.touch()  # stopped is not stuck: a restart would not help
                log.critical("stopped until somebody looks: partitions %s", sorted(self._stopped))

    async def _decide_for_ever(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queued:
                await self._room.wait()
                if self._queued:
                    await self._decide_run(self._queued.popleft())

    async def _decide_run(self, run: Run) -> None:
        partition = self._partitions.get(run.partition)
        if partition is None:
            return  # stopped, or taken away
        commands = await self._commands(partition, run.records)
        await load(partition, [command.conversation_id for _, command in commands], self._snapshots)
        if self._partitions.get(run.partition) is partition:  # not taken away meanwhile
            self._decide(partition, commands)
            partition.acknowledge(run.ack)

    def _decide(self, partition: Partition, commands: Sequence[tuple[Record, AnyCommand]]) -> None:
        for record, command in commands:
            place = Place(record.partition, record.offset, record.at_ms)
            event = decide(partition.state(command.conversation_id), command, place)
            if event is not None:
                partition.decide_event(event)
                self._append(partition, event, record)
        if self._appender.outstanding > IN_FLIGHT_MAX:
            self._room.clear()

    async def _commands(self, partition: Partition, records: Sequence[Record]) -> list[tuple[Record, AnyCommand]]:
        """The commands that are not decided yet. One that cannot be read goes to the dead letters."""
        commands = []
        for record in records:
            if not partition.undecided(record.offset):
                continue
            try:
                commands.append((record, decode_command(record.value)))
            except Undecodable as broken:
                await self._dead_letters.bury(record, broken)
        return commands

    def _append(self, partition: Partition, event: AnyEvent, record: Record) -> None:
        headers = envelope.headers(
            event,
            id_=f"{record.partition}-{record.offset}",
            source=self.group,
            subject=event.conversation_id,
            at=event.at,
            trace=envelope.header(record.headers, "traceparent") or envelope.new_trace(),
        )
        if isinstance(event, TimelineEvent):
            headers.append(("seq", str(event.seq).encode()))
        self._appender.produce(
            topics.CONVERSATION_EVENTS.name,
            encode(event),
            key=event.conversation_id,
            headers=headers,
            partition=record.partition,
            on_delivery=partial(self._delivered, partition, event, record.at_ms),
        )
        fault_point("conversation.appended")

    def _delivered(
        self,
        partition: Partition,
        event: AnyEvent,
        asked_ms: int,
        error: KafkaError | None,
        message: Message,
    ) -> None:
        assert self._fault is not None
        if self._fault.done():
            return  # the process is ending: whatever comes after a fault is neither saved nor acknowledged
        try:
            self._confirm(partition, error, message)
            self._counting.confirmed(event, asked_ms, message.timestamp()[1])
        except Exception as fault:  # noqa: BLE001 — raised inside the driver's callback, it would be lost there
            self._partitions.clear()
            self._fault.set_exception(fault)

    def _confirm(self, partition: Partition, error: KafkaError | None, message: Message) -> None:
        offset = message.offset()
        if error is not None or offset is None:
            raise AppendFailed(error.str() if error else "no offset")
        acks = partition.confirm(offset)
        fault_point("conversation.confirmed")
        for ack in acks:
            ack()
        if self._appender.outstanding < IN_FLIGHT_MAX // 2:
            self._room.set()
