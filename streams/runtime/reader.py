"""The thread that owns a librdkafka consumer and does everything with it.

The event loop hands it calls through a queue. It serves them also while it waits, inside a rebalance callback, for
Faust to finish: Faust's commit on revocation would deadlock otherwise. It always keeps polling: a full agent pauses its
partitions, so that a slow worker holds up neither the group's rebalance nor its own exit.
"""

import asyncio
import contextvars
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.runtime import last_words
from streams.runtime.progress import STUCK_EXIT_CODE, Progress
from streams.runtime.pulse import Pulse

T = TypeVar("T")
Place = tuple[str, int]
Runs = Mapping[Place, Sequence[Message]]
log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0
RUN_RECORDS_MAX = 500
PENDING_RECORDS_HIGH = 10_000  # handed over and not acknowledged: the partition pauses
PENDING_RECORDS_LOW = 5_000  # and goes on
BROKER_ANSWER_SECONDS = 10.0


class Owner(Protocol):
    """What the reader asks of its Faust consumer; all but the last two runs in the event loop."""

    def deliver(self, epoch: int, runs: Runs) -> None: ...
    def rewound(self, offsets: Mapping[Place, int | None]) -> None: ...
    async def assigned(self, places: set[Place]) -> None: ...
    async def revoked(self, places: set[Place], *, is_lost: bool) -> None: ...
    def failed(self, fault: BaseException) -> None: ...
    def pending_records(self, place: Place) -> int: ...
    def standing_since(self) -> float | None: ...


class Reader(threading.Thread):
    """`epoch` grows with every assignment, revocation and rewind: what was read in an older one is thrown away."""

    def __init__(
        self,
        config: Mapping[str, Any],
        loop: asyncio.AbstractEventLoop,
        owner: Owner,
        progress: Progress,
        *,
        begins_at_end: bool = False,
    ) -> None:
        """`begins_at_end`: where nothing was committed the end is, at once, so that it is not another end next time."""
        super().__init__(daemon=True, name=f"reader-{config['group.id']}")
        self.epoch = 0
        self._progress = progress
        self._context = contextvars.copy_context()  # what runs for the agent's sake counts as the agent's
        self._pulse = Pulse(config["session.timeout.ms"] / 1000)
        self._kafka = Consumer(dict(config))
        self._loop = loop
        self._owner = owner
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._rewinds: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._begins_at_end = begins_at_end
        self._is_closing = False
        self._assigned: set[Place] = set()
        self._paused: set[Place] = set()
        self.ends: Mapping[Place, tuple[int, int]] = {}
        """The first offset of each partition and its end, as fetches told them; negative where none did yet."""
        self._looked_at = 0.0
        self._is_flowing = False
        self._is_lost = False
        self._rebalanced_at = time.monotonic()

    # Calls from the event loop

    def subscribe(self, topics: list[str]) -> "asyncio.Future[None]":
        def subscribe() -> None:
            self._kafka.subscribe(topics, on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost)

        return self._call(subscribe)

    def commit(self, offsets: Mapping[Place, int]) -> "asyncio.Future[bool]":
        """Commit; True if done, False if the broker is away for now. Raises KafkaException when fenced."""
        return self._call(lambda: self._commit(offsets))

    def rewind(self) -> "asyncio.Future[dict[Place, int | None]]":
        """Every partition back to its committed offset; only between two batches, never in a rebalance callback.

        If there was a rebalance meanwhile nothing is done: it will ask for a rewind of its own.
        """
        asked_in = self.epoch
        return self._call(lambda: self._rewind(asked_in), self._rewinds)

    def leave(self) -> None:
        self._is_closing = True

    def _call(
        self, work: Callable[[], T], calls: "queue.SimpleQueue[Callable[[], None]] | None" = None
    ) -> "asyncio.Future[T]":
        future: asyncio.Future[T] = self._loop.create_future()

        def served() -> None:
            try:
                self._in_loop(_resolve, future, work())
            except Exception as fault:  # noqa: BLE001 — whatever it is belongs to the caller, who awaits it
                self._in_loop(_reject, future, fault)

        (calls or self._calls).put(served)
        return future

    # The thread

    def run(self) -> None:
        self._context.run(self._run)

    def _run(self) -> None:
        self._pulse.start()
        try:
            while not self._is_closing:
                self._serve_all()
                self._pause_the_full()
                self._watch()
                self._look_at_ends()
                self._poll()
            self._kafka.close()
        except BaseException as fault:  # noqa: BLE001 — a dead reader must end the process, whatever killed it
            self._in_loop(self._owner.failed, fault)

    def _poll(self) -> None:
        epoch = self.epoch
        first = self._kafka.poll(POLL_SECONDS)
        if first is None:
            return
        messages = [first, *self._kafka.consume(RUN_RECORDS_MAX - 1, 0)]
        self._pulse.end_if_paused()  # before anything is handed on that others have by now
        for message in messages:
            if error := message.error():
                self._complain(error)
        if epoch != self.epoch:
            return  # a rebalance came in between: nothing is read until the rewind
        runs: dict[Place, list[Message]] = {}
        for message in messages:
            if message.error() is None:
                runs.setdefault((str(message.topic()), message.partition() or 0), []).append(message)
        if runs:
            self._in_loop(self._owner.deliver, epoch, runs)

    def _complain(self, error: KafkaError) -> None:
        # Who is fenced while holding nothing hears of it only here, as `_FATAL`, which does not count as `fatal()`: it
        # polled on for ever, and a view stood still after the broker was killed.
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 — the driver's name
            raise KafkaException(error)
        if error.code() in _AWAY:
            self._progress.touch()
        log.warning("consumer: %s", error.str())

    def _serve(self, calls: "queue.SimpleQueue[Callable[[], None]]", timeout_seconds: float = 0) -> bool:
        try:
            calls.get(timeout=timeout_seconds)() if timeout_seconds else calls.get_nowait()()
        except queue.Empty:
            return False
        return True

    def _serve_all(self) -> None:
        while self._serve(self._calls) or self._serve(self._rewinds):
            pass

    def _pause_the_full(self) -> None:
        for place in self._assigned if self._is_flowing else ():
            pending = self._owner.pending_records(place)
            if place not in self._paused and pending > PENDING_RECORDS_HIGH:
                log.info("%s: partition %d is full; it pauses", *place)
                self._paused.add(place)
                self._kafka.pause([TopicPartition(*place)])
            elif place in self._paused and pending < PENDING_RECORDS_LOW:
                self._paused.discard(place)
                self._kafka.resume([TopicPartition(*place)])

    def _watch(self) -> None:
        """End the process if the agent is stuck."""
        since = self._owner.standing_since()
        if self._assigned and not self._is_flowing:  # not yet: a rebalance must come to its end, too
            since = min(self._rebalanced_at, since or self._rebalanced_at)
        self._progress.standing_since = since
        if self._progress.is_stuck():
            log.critical("stuck: work at hand and no progress; ending the process")
            last_words.say("Stuck")
            os._exit(STUCK_EXIT_CODE)

    def _look_at_ends(self) -> None:
        """Nobody is asked for them. Here, not where they are wanted: from another thread the call waits for `poll` to
        end, and may not get its turn for minutes."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS or not self._is_flowing:
            return
        self._looked_at = now
        look = self._kafka.get_watermark_offsets
        self.ends = {place: look(TopicPartition(*place), cached=True) or (-1, -1) for place in self._assigned}

    # Rebalances: called by librdkafka inside poll

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """Takes note, and reads nothing: the rewind assigns, once and from the committed offsets.

        To assign and pause here, and to assign and resume in the rewind, left a partition unread for good now and then:
        three whole test runs met it (confluentinc/librdkafka#5591, #2190). What the group gave it revokes all the same.
        """
        self._kafka.assign([])
        self._new_epoch(partitions)
        self._wait(self._owner.assigned(set(self._assigned)))

    def _on_revoke(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._let_go(partitions, is_lost=False)

    def _on_lost(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        """The group went on without us, as when the broker was away: nothing may be committed."""
        self._let_go(partitions, is_lost=True)

    def _let_go(self, partitions: list[TopicPartition], *, is_lost: bool) -> None:
        self._pulse.end_if_paused()
        self._is_lost = is_lost
        self._new_epoch([])
        self._wait(self._owner.revoked({(one.topic, one.partition) for one in partitions}, is_lost=is_lost))
        self._kafka.unassign()
        self._is_lost = False

    def _new_epoch(self, partitions: list[TopicPartition]) -> None:
        self.epoch += 1
        self._is_flowing = False
        self._rebalanced_at = time.monotonic()
        self._assigned = {(one.topic, one.partition) for one in partitions}
        self._paused.clear()

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while not future.done():
            self._serve(self._calls, timeout_seconds=0.005)
            self._watch()
        future.result()

    def _rewind(self, asked_in: int) -> dict[Place, int | None]:
        if self.epoch != asked_in or not self._assigned:
            return {}
        assigned = [TopicPartition(*place) for place in sorted(self._assigned)]
        committed = self._kafka.committed(assigned, timeout=BROKER_ANSWER_SECONDS)
        for one in committed:
            if one.error:  # never take an error for "nothing committed": the whole log would come again
                raise KafkaException(one.error)
        if self._begins_at_end and (new := [one for one in committed if one.offset < 0]):
            for one in new:
                one.offset = self._end(one)
            self._kafka.commit(offsets=new, asynchronous=False)
        self.epoch += 1
        starts = [
            TopicPartition(one.topic, one.partition, one.offset if one.offset >= 0 else OFFSET_BEGINNING)
            for one in committed
        ]
        offsets = {(one.topic, one.partition): one.offset if one.offset >= 0 else None for one in committed}
        self._in_loop(self._owner.rewound, offsets)
        self._kafka.assign(starts)
        self._paused.clear()
        self._is_flowing = True
        return offsets

    def _end(self, place: TopicPartition) -> int:
        marks = self._kafka.get_watermark_offsets(place, timeout=BROKER_ANSWER_SECONDS)
        if marks is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001 — the driver's name
        return marks[1]

    def _commit(self, offsets: Mapping[Place, int]) -> bool:
        if self._is_lost:
            return False
        places = [TopicPartition(*place, offset) for place, offset in offsets.items()]
        try:
            for one in self._kafka.commit(offsets=places, asynchronous=False) or ():
                if one.error:
                    raise KafkaException(one.error)
        except KafkaException as fault:
            if is_away(fault):
                self._progress.touch()
                log.warning("commit: %s; again soon", fault.args[0].str())
                return False
            raise
        return True

    def _in_loop(self, work: Callable[..., object], *values: object) -> None:
        try:
            self._loop.call_soon_threadsafe(work, *values)
        except RuntimeError:  # the loop is closed: the process is ending
            self._is_closing = True


_AWAY = frozenset(
    {
        KafkaError._TIMED_OUT,  # noqa: SLF001 — the driver's names for librdkafka's own errors
        KafkaError._TRANSPORT,  # noqa: SLF001
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
        KafkaError._WAIT_COORD,  # noqa: SLF001
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.REQUEST_TIMED_OUT,
    }
)


def is_away(fault: KafkaException) -> bool:
    """Whether the broker is away for now, and not the call at fault."""
    return fault.args[0].code() in _AWAY


def _resolve(future: "asyncio.Future[T]", result: T) -> None:
    if not future.done():
        future.set_result(result)


def _reject(future: "asyncio.Future[T]", fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)
