"""A crash at each step of an upload's way: nothing is lost, nothing is published half, and a repeat says the same."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.local.stack import Stack
from infra.stores.contents import object_key
from infra.stores.log import Appender
from infra.stores.objects import Objects
from infra.stores.settings import StoreSettings
from schemas.codec import encode
from schemas.media import CompleteUpload, MediaReady
from schemas.topics import MEDIA_COMMANDS
from tests.infra.stores.connecting import object_settings_of, postgres_of
from tests.integration.agents import Agents
from tests.streams.media.log import MediaLog
from tests.streams.media.uploads import Uploads, picture

KILLED = -9
BEFORE_IT_IS_SAID = (
    "media-fetched:kill",
    "media-decoded:kill",
    "media-planned:kill",
    "media-object-stored:kill:1",
    "media-object-stored:kill:2",
    "media-stored:kill",
)


class Studio:
    def __init__(self, agents: Agents, uploads: Uploads, log: MediaLog, appender: Appender) -> None:
        self.agents = agents
        self.uploads = uploads
        self.log = log
        self._appender = appender

    async def complete(self) -> CompleteUpload:
        upload = await self.uploads.uploaded(picture())
        await self._appender.append(MEDIA_COMMANDS.name, encode(upload), key=upload.media_id)
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
    agents = Agents(unattended, tmp_path, "media")
    buckets = object_settings_of(unattended)
    objects, log = Objects(buckets), MediaLog(settings.kafka_bootstrap)
    async with postgres_of(settings) as postgres:
        uploads = Uploads(postgres, objects, buckets)
        yield Studio(agents, uploads, log, Appender(settings.kafka_bootstrap, "tests"))
    await agents.end()
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


async def test_a_clean_end_loses_nothing(studio: Studio) -> None:
    ending = await studio.agents.start().ready()
    uploads = [await studio.complete() for _ in range(8)]

    assert await ending.terminate() == 0
    studio.agents.start()

    for upload in uploads:
        assert isinstance(await studio.log.told(upload.media_id), MediaReady)
