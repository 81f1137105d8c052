"""The archive agent: consumes `conversation.events`, moves old rows of the timeline into the object store.

From the records themselves it takes only deletions of messages, and notes them: a body that was deleted must leave the
archive, too. The group's partitions are those that it archives, so that agents share the work as they share all else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack, suppress

from infra.stores.archive_manifest import Deletion
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.segments import CorruptSegment
from schemas import topics
from streams.archive.archiver import Archiver
from streams.archive.collecting import TimelineBehind
from streams.archive.connecting import parts
from streams.archive.project import project
from streams.archive.settings import ArchiveSettings
from streams.runtime.batches import Batches
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

GROUP = "archive-1"


class ArchiveAgent:
    group = GROUP
    topic = topics.CONVERSATION_EVENTS
    is_background = True

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = ArchiveSettings(**settings.model_dump())
        self._batches = Batches(self._flush)
        self._closing = AsyncExitStack()
        self._partitions: frozenset[int] = frozenset()
        self._archiving: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self.put = self._batches.put

    async def start(self) -> None:
        if self._settings.archive_after_days is None:
            log.warning("BACKCHANNEL_ARCHIVE_AFTER_DAYS is not set: nothing is archived")
        found = await until_available(
            lambda: self._closing.enter_async_context(parts(self._settings)), "the archive's stores"
        )
        self._manifest = found.manifest
        self._archiver = Archiver(self._settings, found)

    async def work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._batches.work())
            tasks.create_task(self._archive_for_ever())

    async def assigned(self, partitions: frozenset[int]) -> None:
        """These are archived from now on."""
        self._partitions = partitions
        self._woken.set()

    async def revoked(self) -> None:
        """What a segment still has before it, whoever comes next does: every step is durable."""
        self._partitions = frozenset()
        if self._archiving is not None:
            self._archiving.cancel()
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        deletions = [one for run in runs for record in run.records if (one := project(record))]
        if deletions:
            await until_available(lambda: self._note(deletions), "the archive's manifest")

    async def _note(self, deletions: Sequence[Deletion]) -> None:
        progress.touch()
        await self._manifest.note(deletions)

    async def _archive_for_ever(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._settings.archive_every_seconds)
            self._woken.clear()
            self._archiving = asyncio.create_task(self._archive())
            await asyncio.wait([self._archiving])
            if not self._archiving.cancelled():
                self._archiving.result()

    async def _archive(self) -> None:
        """All that is old in our partitions, side by side."""
        await asyncio.gather(*(_or_later(self._archiver.work(one)) for one in sorted(self._partitions)))
        await _or_later(self._archiver.sweep())


async def _or_later(work: Awaitable[int]) -> None:
    try:
        await work
    except CorruptSegment as corrupt:
        log.critical("the archive is corrupt: %s", corrupt)
    except (StoreUnavailable, TimelineBehind) as away:
        log.warning("archiving waits: %s", away)
