"""A worker of the fault tests: an agent on the real loop that writes down each record before it is acknowledged.

`python -m tests.streams.runtime.worker`, with what it needs in the environment (Orders).
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.log import Appender
from schemas.topics import Topic
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.faults import fault_point
from streams.runtime.ledger import Entry, Ledger
from streams.runtime.process import run
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

POISON = b"poison"


class Orders(BaseSettings):
    """What the test wants of this worker."""

    model_config = SettingsConfigDict(env_prefix="WORKER_")

    topic: str
    group: str
    partitions: int
    journal: Path
    """A line for each record handled: partition, offset, process."""
    store_is_down: Path
    """The store is down while this file is there."""
    hangs: Path
    """The agent does nothing, and says nothing, while this file is there."""
    run_seconds: float = 0.002
    """How long the store takes for a run."""
    acks_newest_first: bool = False
    begins_at_end: bool = False
    planted: str = ""
    """The name of a bug that the checker must find."""


class JournalAgent:
    is_background = False

    def __init__(self, orders: Orders, settings: StreamSettings) -> None:
        self.group = orders.group
        self.topic = Topic(orders.topic, "nothing", (), orders.partitions, -1)
        self.begins_at_end = orders.begins_at_end
        self._orders = orders
        self._journal = os.open(orders.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._dead_letters = DeadLetters(Appender(settings.kafka_bootstrap, self.group), self.group)
        self._batches = Batches(self._flush_newest_first if orders.acks_newest_first else self._flush)
        self.put = self._batches.put
        self.work = self._batches.work

    async def start(self) -> None:
        await until_available(self._store, "the store")

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare."""

    async def revoked(self) -> None:
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        for one in runs:
            await asyncio.sleep(self._orders.run_seconds)
            lines = [await self._handle(record) for record in one.records]
            await until_available(self._store, "the store")
            os.write(self._journal, "".join(lines).encode())
            fault_point("worker.written")

    async def _flush_newest_first(self, runs: Sequence[Run]) -> None:
        for one in reversed(runs):
            await self._flush([one])
            one.ack()

    async def _handle(self, record: Record) -> str:
        if record.value == POISON:
            await self._dead_letters.bury(record, ValueError("poison"))
        return f"{record.partition} {record.offset} {os.getpid()}\n"

    async def _store(self) -> None:
        while self._orders.hangs.exists():  # noqa: ASYNC110 — the file is the test's, no event of ours
            await asyncio.sleep(0.05)
        progress.touch()
        if self._orders.store_is_down.exists():
            raise StoreUnavailable("the flag is up")


def plant(bug: str) -> None:
    """Make one of the mistakes of which FACTS warns."""
    match bug:
        case "commit past a gap":

            def ack(ledger: Ledger, entry: Entry, _: float = 0) -> None:
                ledger.committable = max(entry.next_offset, ledger.committable or 0)

            Ledger.ack = ack  # type: ignore[method-assign, assignment]
        case "":
            pass
        case unknown:
            raise ValueError(unknown)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    orders, settings = Orders(), StreamSettings()  # type: ignore[call-arg]  # from the environment
    plant(orders.planted)
    run([JournalAgent(orders, settings)], settings)


if __name__ == "__main__":
    main()
