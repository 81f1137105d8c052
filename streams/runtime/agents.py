"""What an agent is to the runtime, and the Faust app that runs it: the one allowed pattern (DESIGN, section 4)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Protocol, runtime_checkable

import faust
from faust.types import TP
from mode import CrashingSupervisor

from schemas.topics import Topic
from streams.runtime.codec import CODEC
from streams.runtime.observing import Observing
from streams.runtime.progress import Progress
from streams.runtime.records import Run
from streams.runtime.settings import StreamSettings
from streams.runtime.transport import Delivery, Reading, Standing

log = logging.getLogger(__name__)

LET_GO_SECONDS = 15.0
# Faust takes the rewind for done after this long, but it comes only after `Agent.assigned`, which may wait for a store.
REWIND_SECONDS = 86_400.0


class Agent(Protocol):
    """`put` takes a run and returns at once; the run is acknowledged when its work is durable, in any order."""

    group: str
    topic: Topic
    is_background: bool

    async def start(self) -> None:
        """Connect; called once, before anything else."""

    async def work(self) -> None:
        """Do the work of the runs that were put, for ever. A fault ends the process."""

    async def assigned(self, partitions: frozenset[int]) -> None:
        """These partitions are ours from now on; runs of them come after this returns."""

    async def revoked(self) -> None:
        """No partition is ours any more: drop what is queued, finish what is in flight, forget the state.

        The whole group waits for this: who takes longer than LET_GO_SECONDS is ended.
        """

    def put(self, run: Run) -> None: ...


@runtime_checkable
class Live(Protocol):
    """An agent whose effects reach people: a new group of it begins at the end of the log, never at its start."""

    begins_at_end: bool


@dataclass(slots=True)
class Running:
    """An agent with its Faust app; `is_ready` once it holds its partitions, be they none."""

    agent: Agent
    app: faust.App
    progress: Progress
    is_started: bool = False
    is_ready: bool = False
    is_stopping: bool = False
    _letting_go: asyncio.Lock = field(default_factory=asyncio.Lock)
    _observing: Observing = field(init=False)

    def __post_init__(self) -> None:
        self._observing = Observing(self.agent.group)

    def put(self, partition: int, delivery: Delivery) -> None:
        if not self.is_stopping:
            records = delivery.records()
            self.agent.put(Run(partition, records, self._observing.acked(records, delivery.ack)))

    def standings(self) -> Sequence[Standing]:
        """How far its partitions have come; none until it holds them."""
        found: Sequence[Standing] = self.app.consumer.standings() if self.is_ready else ()
        return found

    async def assigned(self, partitions: frozenset[int]) -> None:
        async with self._letting_go:
            if not self.is_stopping:
                await self.agent.assigned(partitions)
                self.is_ready = True

    async def revoked(self) -> None:
        async with self._letting_go:
            await asyncio.wait_for(self.agent.revoked(), LET_GO_SECONDS)


class _Uncounted(faust.Monitor):
    """Faust's monitor without what it counts of every run, for nobody: a twentieth of an agent's event loop."""

    def on_stream_event_in(self, *_: Any) -> None:
        """Nothing."""

    def on_stream_event_out(self, *_: Any) -> None:
        """Nothing."""


def faust_app(agent: Agent, settings: StreamSettings, failed: Callable[[BaseException], None]) -> Running:
    """The Faust app of an agent; `failed` is called when the app's own rebalance callbacks fail."""
    app = faust.App(
        agent.group,
        broker=[f"runs://{address}" for address in settings.kafka_bootstrap.split(",")],
        value_serializer="raw",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=agent.topic.partitions,
        agent_supervisor=CrashingSupervisor,
        broker_commit_interval=settings.commit_interval_seconds,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_interval_seconds,
        broker_request_timeout=REWIND_SECONDS,
        consumer_group_instance_id=f"{agent.group}-{settings.instance}" if settings.instance else None,
        stream_wait_empty=False,
        table_standby_replicas=0,
        worker_redirect_stdouts=False,
        datadir=Path(gettempdir()) / f"faust-{agent.group}",  # never written to: there are no tables
        monitor=_Uncounted(),
    )
    app.sensors.add(faust.Sensor())  # one that does nothing: without any, Faust misses its state at every rebalance
    running = Running(agent, app, Progress(settings.stuck_seconds))
    begins_at_end = isinstance(agent, Live) and agent.begins_at_end
    app.reading = Reading(_fetch_config(agent, settings), running.progress, failed, begins_at_end)

    async def assigned(_: faust.App, partitions: set[TP], **__: Any) -> None:
        mine = frozenset(tp.partition for tp in partitions if tp.topic == agent.topic.name)
        log.info("%s: assigned %s", agent.group, sorted(mine))
        await _or_fail(running.assigned(mine), failed)

    async def revoked(_: faust.App, partitions: set[TP], **__: Any) -> None:
        log.info("%s: revoked %s", agent.group, sorted(tp.partition for tp in partitions))
        await _or_fail(running.revoked(), failed)

    app.on_partitions_assigned.connect(assigned, weak=False)
    app.on_partitions_revoked.connect(revoked, weak=False)
    topic = app.topic(agent.topic.name, value_serializer=CODEC, key_type=bytes, acks=False)  # the ledger's business

    async def runs(stream: faust.Stream[Any]) -> None:
        async for event in stream.noack().events():
            running.put(event.message.partition, event.value)

    app.agent(topic, name=agent.group, concurrency=1, supervisor_strategy=CrashingSupervisor)(runs)
    return running


def _fetch_config(agent: Agent, settings: StreamSettings) -> dict[str, int]:
    if not agent.is_background:
        return {"fetch.wait.max.ms": 500, "fetch.min.bytes": 1}
    return {"fetch.wait.max.ms": round(settings.view_window_seconds * 1000), "fetch.min.bytes": 1 << 20}


async def _or_fail(work: Awaitable[None], failed: Callable[[BaseException], None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException as fault:
        failed(fault)
        raise
