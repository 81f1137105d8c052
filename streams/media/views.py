"""The views of media in PostgreSQL: what became of uploads, and at which seqs of conversations media stand."""

import logging
from collections.abc import Iterator, Sequence

from infra.stores.faults import until_available
from infra.stores.media_writes import MediaWriter, Unused, Use
from infra.stores.postgres import Postgres
from schemas import topics
from schemas.codec import Undecodable, decode_media
from schemas.media import AnyMediaEvent
from streams.media.project import use
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.views import ViewAgent

log = logging.getLogger(__name__)


class _InPostgres(ViewAgent):
    async def start(self) -> None:
        self._writer = MediaWriter(await Postgres.connect(self._settings))


class MediaView(_InPostgres):
    group = "media-view-1"
    topic = topics.MEDIA_EVENTS
    is_background = False  # people wait for it

    async def _flush(self, runs: Sequence[Run]) -> None:
        if events := list(_decided(runs)):
            await until_available(lambda: self._write(events), "the view of media")
            fault_point("media-view-written")

    async def _write(self, events: Sequence[AnyMediaEvent]) -> None:
        progress.touch()
        await self._writer.decide(events)


class MediaUses(_InPostgres):
    group = "media-uses-1"
    topic = topics.CONVERSATION_EVENTS

    async def _flush(self, runs: Sequence[Run]) -> None:
        if changes := list(_used(runs)):
            await until_available(lambda: self._write(changes), "the view of where media stand")
            fault_point("media-uses-written")

    async def _write(self, changes: Sequence[Use | Unused]) -> None:
        progress.touch()
        await self._writer.use(changes)


def _decided(runs: Sequence[Run]) -> Iterator[AnyMediaEvent]:
    for record in (record for run in runs for record in run.records):
        try:
            yield decode_media(record.value)
        except Undecodable as broken:
            log.critical("partition %d, offset %d cannot be read: %s", record.partition, record.offset, broken)


def _used(runs: Sequence[Run]) -> Iterator[Use | Unused]:
    """An event that cannot be read shows no media; the timeline raises the alarm."""
    for record in (record for run in runs for record in run.records):
        try:
            found = use(record)
        except Undecodable:
            continue
        if found is not None:
            yield found
