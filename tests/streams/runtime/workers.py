"""A consumer group under test: its topic, its workers as real processes, and the account of what they handled."""

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from infra.local.waiting import wait_until

PARTITIONS = 4
SESSION_SECONDS = 3.0
LAST_WORDS = 4_000
ROOT = Path(__file__).parents[3]
_number = itertools.count(int(time.time()) % 100_000 * 100)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the records of the topic: the checker that every fault test asks."""

    missing: int
    repeated: int
    lag: int


class Worker:
    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self._process = process
        self.pid = process.pid
        self._log = log

    def send(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)

    def end(self, timeout_seconds: float = 30) -> int:
        """The exit code; negative for a signal."""
        return self._process.wait(timeout_seconds)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self._process.wait(10)

    def said(self, text: str) -> bool:
        return self.times_said(text) > 0

    def times_said(self, text: str) -> int:
        return self._log.read_text().count(text)

    def assigned(self) -> set[int]:
        """The partitions that it was given last."""
        told = re.findall(r": assigned \[([\d, ]*)\]", self._log.read_text())
        return set(map(int, re.findall(r"\d+", told[-1]))) if told else set()

    def last_words(self) -> str:
        return f"{self._log.name} (process {self.pid})\n{self._log.read_text()[-LAST_WORDS:]}"


class Group:
    """`with traffic():` keeps records coming; `account()` says what was missed, what came twice, what is left."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.name = f"runtime-{next(_number)}"
        self.journal, self.store_is_down, self.hangs = (folder / one for one in ("journal", "down", "hangs"))
        self.journal.touch()
        self.workers: list[Worker] = []
        self._bootstrap = bootstrap
        self._folder = folder
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "sticky.partitioning.linger.ms": 0})
        new = NewTopic(self.name, PARTITIONS, 1)
        admin = AdminClient({"bootstrap.servers": bootstrap})  # named: it must outlive its question
        admin.create_topics([new])[self.name].result()
        self._look = Consumer({"bootstrap.servers": bootstrap, "group.id": self.name, "enable.auto.commit": False})
        wait_until(self._is_led, "leaders of the new partitions", 10)

    def _is_led(self) -> bool:
        try:
            return len(self.ends()) == PARTITIONS
        except KafkaException:
            return False

    # Workers

    def start(self, instance: str = "", **orders: str) -> Worker:
        """`orders` become WORKER_ variables; those in capitals are handed on as they are."""
        log = self._folder / f"worker-{len(self.workers)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.streams.runtime.worker"],
                cwd=ROOT,
                env={**os.environ, **self._environment(instance), **_variables(orders)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        worker = Worker(process, log)
        self.workers.append(worker)
        return worker

    def _environment(self, instance: str) -> Mapping[str, str]:
        return {
            "BACKCHANNEL_KAFKA_BOOTSTRAP": self._bootstrap,
            "BACKCHANNEL_INSTANCE": instance,
            "BACKCHANNEL_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "BACKCHANNEL_HEARTBEAT_INTERVAL_SECONDS": "0.5",
            "WORKER_TOPIC": self.name,
            "WORKER_GROUP": self.name,
            "WORKER_PARTITIONS": str(PARTITIONS),
            "WORKER_JOURNAL": str(self.journal),
            "WORKER_STORE_IS_DOWN": str(self.store_is_down),
            "WORKER_HANGS": str(self.hangs),
        }

    def alive(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.is_alive()]

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        self._look.close()

    # Records

    def produce(self, count: int, value: bytes = b"x" * 100, partition: int = -1) -> None:
        for _ in range(count):
            self._producer.produce(self.name, value, partition=partition)
            self._producer.poll(0)
        self._producer.flush(10)

    @contextmanager
    def traffic(self, per_second: int = 300) -> Iterator[None]:
        """Records keep coming, ten at a time."""
        is_over = threading.Event()

        def keep_coming() -> None:
            while not is_over.wait(10 / per_second):
                self.produce(10)

        thread = threading.Thread(target=keep_coming)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    # The account

    def handled(self) -> Counter[tuple[int, int]]:
        return Counter((partition, offset) for partition, offset, _ in self._lines())

    def partitions_of(self, worker: Worker, after: int = 0) -> set[int]:
        """The partitions of which this worker handled records, after so many lines of the journal."""
        return {partition for partition, _, pid in self._lines()[after:] if pid == worker.pid}

    def _lines(self) -> list[tuple[int, int, int]]:
        whole = self.journal.read_text().splitlines()
        return [(int(one), int(two), int(three)) for one, two, three in (line.split() for line in whole)]

    def has_gap(self) -> bool:
        """Whether a record was handled before one that stands further up in its partition."""
        handled = self.handled()
        return any((number, offset - 1) not in handled for number, offset in handled if offset)

    def lines(self) -> int:
        return self.journal.read_bytes().count(b"\n")

    def ends(self) -> dict[int, int]:
        places = (TopicPartition(self.name, number) for number in range(PARTITIONS))
        return {place.partition: self._look.get_watermark_offsets(place, timeout=10)[1] for place in places}

    def committed(self) -> dict[int, int]:
        places = [TopicPartition(self.name, number) for number in range(PARTITIONS)]
        return {one.partition: max(0, one.offset) for one in self._look.committed(places, timeout=10)}

    def lag(self) -> int:
        return sum(self.ends().values()) - sum(self.committed().values())

    def account(self) -> Account:
        ends, handled = self.ends(), self.handled()
        missing = sum((number, offset) not in handled for number, end in ends.items() for offset in range(end))
        return Account(missing, handled.total() - len(handled), self.lag())

    def settle(self, timeout_seconds: float = 40) -> Account:
        """Wait until the committed offsets reach the ends; then the account."""
        wait_until(lambda: self.committed() == self.ends(), f"the end of {self.name}", timeout_seconds)
        return self.account()


def _variables(orders: Mapping[str, str]) -> Mapping[str, str]:
    return {name if name.isupper() else f"WORKER_{name.upper()}": value for name, value in orders.items()}
