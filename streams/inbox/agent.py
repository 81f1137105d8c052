"""The inbox agent: consumes `conversation.events`, writes the inbox view in PostgreSQL."""

from collections.abc import Sequence

from infra.stores import cache
from infra.stores.faults import until_available
from infra.stores.inbox import Inbox, InboxWrites
from infra.stores.positions import INBOX, Positions
from infra.stores.postgres import Postgres
from schemas import topics
from streams.inbox.project import project
from streams.runtime.batches import Batches
from streams.runtime.positions import PositionPublisher, ends_of
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.settings import StreamSettings


class InboxAgent:
    group = INBOX.group
    topic = topics.CONVERSATION_EVENTS
    is_background = True

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put
        self.work = self._batches.work

    async def start(self) -> None:
        self._inbox = Inbox(await Postgres.connect(self._settings))
        self._positions = PositionPublisher(Positions(cache.connect(self._settings)), INBOX)

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: writes carry their seq and are idempotent."""

    async def revoked(self) -> None:
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        writes = project(record for run in runs for record in run.records)
        if writes.heads:
            await until_available(lambda: self._write(writes), "the inbox")
        self._positions.publish(ends_of(runs))

    async def _write(self, writes: InboxWrites) -> None:
        progress.touch()
        await self._inbox.write(writes)
