"""A crash at each step of an upload's way: nothing is lost, nothing is published half, and a repeat says the same."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from infra.local.stack import Stack
from infra.stores.contents import object_key
from infra.stores.inbox_writes import InboxWriter
from infra.stores.log import Appender
from infra.stores.media_writes import MediaWriter
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.bodies import SealedBody
from schemas.codec import encode
from schemas.media import CompleteUpload, MediaReady
from schemas.topics import CONVERSATION_EVENTS, MEDIA_COMMANDS, MEDIA_EVENTS
from streams.inbox.project import Logged, project
from tests.builders import media_ready, media_refused, sent
from tests.infra.stores.connecting import object_settings_of, postgres_of
from tests.integration.agents import Agents
from tests.streams.media.log import MediaLog
from tests.streams.media.uploads import Uploads, picture

KILLED = -9
SHOWN_SECONDS, LOOK_SECONDS = 60.0, 0.05
BEFORE_IT_IS_SAID = (
    "media-fetched:kill",
    "media-decoded:kill",
    "media-planned:kill",
    "media-object-stored:kill:1",
    "media-object-stored:kill:2",
    "media-stored:kill",
)


class Studio:
    """`agents` are the media agent's processes, `folder` is for those of its views."""

    def __init__(
        self, stack: Stack, uploads: Uploads, log: MediaLog, appender: Appender, postgres: Postgres, *, folder: Path
    ) -> None:
        self._stack = stack
        self._folder = folder
        self._all: list[Agents] = []
        self.agents = self.agents_of("media")
        self.uploads = uploads
        self.log = log
        self.appender = appender
        self.postgres = postgres

    def agents_of(self, name: str) -> Agents:
        folder = self._folder / name
        folder.mkdir()
        self._all.append(Agents(self._stack, folder, name))
        return self._all[-1]

    async def end(self) -> None:
        for agents in self._all:
            await agents.end()

    async def complete(self) -> CompleteUpload:
        upload = await self.uploads.uploaded(picture())
        await self.appender.append(MEDIA_COMMANDS.name, encode(upload), key=upload.media_id)
        return upload

    async def is_whole(self, event: MediaReady) -> bool:
        """Whether all that it names is stored as it says."""
        files = [event.content, *([event.thumbnail] if event.thumbnail else [])]
        bucket = self.uploads.buckets.media_bucket
        for file in files:
            data = await self.uploads.objects.get(bucket, object_key(file.sha256))
            if (len(data), hashlib.sha256(data).hexdigest()) != (file.size, file.sha256):
                return False
        return len(files) == 2


@pytest.fixture
async def studio(unattended: Stack, settings: StoreSettings, tmp_path: Path) -> AsyncIterator[Studio]:
    buckets = object_settings_of(unattended)
    objects, log = Objects(buckets), MediaLog(settings.kafka_bootstrap)
    async with postgres_of(settings) as postgres:
        uploads = Uploads(postgres, objects, buckets)
        studio = Studio(
            unattended, uploads, log, Appender(settings.kafka_bootstrap, "tests"), postgres, folder=tmp_path
        )
        yield studio
        await studio.end()
    log.close()
    await objects.close()


@pytest.mark.parametrize("point", BEFORE_IT_IS_SAID)
async def test_done_again_after_a_crash_before_it_was_said(point: str, studio: Studio) -> None:
    upload = await studio.complete()
    dying = studio.agents.start(fault=point)
    assert await dying.ended() == KILLED
    assert [] == await studio.log.of(upload.media_id)

    studio.agents.start()

    event = await studio.log.told(upload.media_id)
    assert isinstance(event, MediaReady)
    assert await studio.is_whole(event)


async def test_said_the_same_after_a_crash_before_it_was_committed(studio: Studio) -> None:
    upload = await studio.complete()
    dying = studio.agents.start(fault="media-appended:kill")
    assert await dying.ended() == KILLED
    first = await studio.log.told(upload.media_id)

    studio.agents.start()
    other = await studio.complete()
    await studio.log.told(other.media_id)

    events = await studio.log.of(upload.media_id)
    assert isinstance(first, MediaReady)
    assert {1, 2} >= {len(events)}
    assert all(first == event for event in events)
    assert await studio.is_whole(first)


async def test_shown_after_a_crash_before_the_view_was_committed(studio: Studio) -> None:
    upload = await studio.uploads.uploaded(picture())
    event = media_ready(upload.media_id, owner_id=upload.owner_id)
    views = studio.agents_of("media-view")
    dying = views.start(fault="media-view-written:kill")
    await studio.appender.append(MEDIA_EVENTS.name, encode(event), key=upload.media_id)
    assert await dying.ended() == KILLED

    views.start()
    second = await studio.uploads.uploaded(picture())
    refusal = media_refused(second.media_id, owner_id=second.owner_id)
    await studio.appender.append(MEDIA_EVENTS.name, encode(refusal), key=second.media_id)

    assert "refused" == await _decided(studio, second)
    assert "ready" == await _decided(studio, upload)


async def test_sent_to_somebody_after_a_crash_before_that_view_was_committed(studio: Studio) -> None:
    upload = await studio.uploads.uploaded(picture())
    await MediaWriter(studio.postgres).decide([media_ready(upload.media_id, owner_id=upload.owner_id)])
    conversation_id, bob = str(uuid4()), str(uuid4())
    body = SealedBody("media", 10, b"sealed", upload.media_id)
    message = sent(1, conversation_id=conversation_id, actor_id=upload.owner_id, body=body)
    event = msgspec.structs.replace(message, member_ids=(upload.owner_id, bob))
    views = studio.agents_of("media-uses")
    dying = views.start(fault="media-uses-written:kill")
    await studio.appender.append(CONVERSATION_EVENTS.name, encode(event), key=conversation_id)
    assert await dying.ended() == KILLED

    views.start()
    async with InboxWriter(studio.postgres, 2).writing() as writing:
        await writing.write(project([Logged(event, encode(event))], await writing.heads([conversation_id])))

    async with asyncio.timeout(SHOWN_SECONDS):
        while not await studio.uploads.media.may_see(bob, upload.media_id, wait_seconds=1):
            pass


async def test_a_clean_end_loses_nothing(studio: Studio) -> None:
    ending = await studio.agents.start().ready()
    uploads = [await studio.complete() for _ in range(8)]

    assert await ending.terminate() == 0
    studio.agents.start()

    for upload in uploads:
        assert isinstance(await studio.log.told(upload.media_id), MediaReady)


async def _decided(studio: Studio, upload: CompleteUpload) -> str:
    async with asyncio.timeout(SHOWN_SECONDS):
        while True:
            row = await studio.uploads.media.one(upload.media_id)
            assert row is not None
            if row.status in {"ready", "refused"}:
                return row.status
            await asyncio.sleep(LOOK_SECONDS)
