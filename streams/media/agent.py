"""The media agent: consumes `media.commands`, makes what was uploaded ready or refuses it, produces `media.events`.

One command, one event, and none for a media that is decided. Decoding takes long, so several commands are under way at
once; the object store and PostgreSQL are waited for. Downloads and permissions are the API's.
"""

import asyncio

from infra.stores.contents import Contents, Derived
from infra.stores.faults import until_available
from infra.stores.log import Appender, Place
from infra.stores.media import Media
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from infra.telemetry import metrics
from schemas import envelope, topics
from schemas.codec import Undecodable, decode_media_command, encode
from schemas.media import AnyMediaEvent, CompleteUpload, MediaReady, MediaRefused
from schemas.times import timestamp
from streams.media.decoding import DecodingSettings, Refusal, Workers
from streams.media.folder import own_folder
from streams.media.making import Making
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress, saying_so
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from streams.runtime.several import Several

# Commands under way; of these only so many have their files here, beside those that are decoded.
UNDER_WAY_MAX = 256
FETCHING_MAX = 2


class MediaAgent:
    group = "media"
    topic = topics.MEDIA_COMMANDS
    is_background = False

    def __init__(
        self,
        settings: StreamSettings,
        objects: ObjectSettings | None = None,
        decoding: DecodingSettings | None = None,
    ) -> None:
        self._settings = settings
        self._object_settings = objects or ObjectSettings()
        self._decoding_settings = decoding or DecodingSettings()
        self._several = Several(self._handle, UNDER_WAY_MAX)
        # Films take minutes where photographs take moments: they wait for each other, not others for them.
        self._films = asyncio.Semaphore(FETCHING_MAX)
        self._others = asyncio.Semaphore(self._decoding_settings.workers + FETCHING_MAX)
        self.put = self._several.put

    async def start(self) -> None:
        settings = self._settings
        postgres = await Postgres.connect(settings)
        self._media = Media(postgres)
        self._objects = Objects(self._object_settings)
        self._workers = Workers(self._decoding_settings)
        self._making = Making(self._objects, self._object_settings, Contents(postgres), self._workers, own_folder())
        self._appender = Appender(settings.kafka_bootstrap, self.group)
        await until_available(lambda: self._appender.warm_up(topics.MEDIA_EVENTS.name), "Kafka")
        self._dead_letters = DeadLetters(self._appender, self.group)

    async def work(self) -> None:
        try:
            await self._several.work()
        finally:
            await self._workers.close()
            await self._objects.close()

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: a command that comes again is done again, or was decided."""

    async def revoked(self) -> None:
        await self._several.drop()

    async def _handle(self, record: Record) -> None:
        try:
            upload = decode_media_command(record.value)
        except Undecodable as broken:
            await self._dead_letters.bury(record, broken)
            return
        if await until_available(lambda: self._is_decided(upload), "PostgreSQL"):
            return
        async with self._films if upload.kind == "video" else self._others:
            made = await self._making.make(upload)
        event = event_of(upload, made, timestamp(record.at_ms))
        await until_available(lambda: self._append(event, record), "the log")
        fault_point("media-appended")
        metrics.MEDIA.labels(event.reason if isinstance(event, MediaRefused) else "ready").inc()

    async def _is_decided(self, upload: CompleteUpload) -> bool:
        progress.touch()
        row = await self._media.one(upload.media_id)
        return row is not None and row.status in ("ready", "refused")

    async def _append(self, event: AnyMediaEvent, record: Record) -> Place:
        trace = envelope.header(record.headers, "traceparent") or envelope.new_trace()
        place = f"{record.topic}/{record.partition}/{record.offset}"
        headers = envelope.headers(
            event, id_=place, source=self.group, subject=event.media_id, at=event.at, trace=trace
        )
        append = self._appender.append(topics.MEDIA_EVENTS.name, encode(event), key=event.media_id, headers=headers)
        return await saying_so(append)


def event_of(upload: CompleteUpload, made: Derived | Refusal, at: str) -> AnyMediaEvent:
    """What the log is told: nothing of what can be seen in a file, for that could never be erased. Pure."""
    if isinstance(made, Refusal):
        return MediaRefused(
            media_id=upload.media_id, owner_id=upload.owner_id, at=at, reason=made.reason, detail=made.detail
        )
    return MediaReady(
        media_id=upload.media_id,
        owner_id=upload.owner_id,
        at=at,
        kind=upload.kind,
        source_sha256=upload.sha256,
        content=made.content,
        thumbnail=made.thumbnail,
        width=made.width,
        height=made.height,
        duration_seconds=made.duration_seconds,
    )
