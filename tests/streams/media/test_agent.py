"""The media agent on the real stores: one command, one event, and what it names is stored before."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from infra.local.stack import Stack
from infra.stores.contents import object_key
from infra.stores.media_writes import MediaWriter
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from schemas.codec import decode_dead_letter
from schemas.dead_letters import DeadLetter
from schemas.media import CompleteUpload, MediaFile, MediaKind, MediaReady, MediaRefused
from schemas.times import timestamp
from schemas.topics import DEAD_LETTERS
from streams.media.agent import MediaAgent
from streams.media.decoding import DecodingUnavailable, Workers
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from tests.builders import START_MS
from tests.infra.stores.connecting import new_id, object_settings_of
from tests.streams.employer import Employer, Task, until_waiting
from tests.streams.gate import gate_to
from tests.streams.media.log import MediaLog
from tests.streams.media.uploads import Uploads, command_record, picture


class Studio:
    """An agent at work, uploads, and what the log was told."""

    def __init__(self, agent: MediaAgent, uploads: Uploads, log: MediaLog, postgres: Postgres) -> None:
        self.agent = agent
        self.uploads = uploads
        self.log = log
        self.views = MediaWriter(postgres)

    async def complete(self, upload: CompleteUpload) -> None:
        await Task(self.agent, [command_record(upload)]).done()

    async def ready(self, upload: CompleteUpload) -> MediaReady:
        await self.complete(upload)
        (event,) = await self.log.of(upload.media_id)
        assert isinstance(event, MediaReady), event
        return event

    async def refused(self, upload: CompleteUpload) -> str:
        await self.complete(upload)
        (event,) = await self.log.of(upload.media_id)
        assert isinstance(event, MediaRefused), event
        return event.reason

    async def stored(self, file: MediaFile | None) -> bytes:
        """The bytes that an event names, which must be what it says."""
        assert file is not None
        data = await self.uploads.objects.get(self.uploads.buckets.media_bucket, object_key(file.sha256))
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        return data


@pytest.fixture
def buckets(stores: Stack) -> ObjectSettings:
    return object_settings_of(stores, answer_seconds=1)


@pytest.fixture
async def uploads(postgres: Postgres, buckets: ObjectSettings) -> AsyncIterator[Uploads]:
    objects = Objects(buckets)
    yield Uploads(postgres, objects, buckets)
    await objects.close()


@pytest.fixture
async def log(settings: StreamSettings) -> AsyncIterator[MediaLog]:
    log = MediaLog(settings.kafka_bootstrap)
    yield log
    log.close()


@pytest.fixture
async def studio(
    *,
    employer: Employer,
    settings: StreamSettings,
    buckets: ObjectSettings,
    uploads: Uploads,
    log: MediaLog,
    postgres: Postgres,
    nobody_else: None,
) -> Studio:
    agent = MediaAgent(settings, buckets)
    await employer.hire(agent)
    return Studio(agent, uploads, log, postgres)


class TestReady:
    async def test_with_all_that_was_made(self, studio: Studio) -> None:
        upload = await studio.uploads.uploaded(picture())

        event = await studio.ready(upload)

        assert (upload.owner_id, upload.sha256, "image") == (event.owner_id, event.source_sha256, event.kind)
        assert (320, 240, timestamp(START_MS)) == (event.width, event.height, event.at)
        assert event.preview is None
        assert (await studio.stored(event.content)).startswith(b"\xff\xd8")
        assert b"WEBP" == (await studio.stored(event.thumbnail))[8:12]

    async def test_a_repeat_says_the_same(self, studio: Studio) -> None:
        upload = await studio.uploads.uploaded(picture())
        first = await studio.ready(upload)

        await studio.complete(upload)

        assert [first, first] == await studio.log.of(upload.media_id)

    async def test_nothing_more_is_said_of_what_is_decided(self, studio: Studio) -> None:
        upload = await studio.uploads.uploaded(picture())
        await studio.views.decide([await studio.ready(upload)])

        await studio.complete(upload)

        assert 1 == len(await studio.log.of(upload.media_id))

    async def test_the_same_bytes_are_not_decoded_again(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        content = picture()
        first = await studio.ready(await studio.uploads.uploaded(content))

        async def never(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr(Workers, "process", never)
        second = await studio.ready(await studio.uploads.uploaded(content))

        assert (first.content, first.thumbnail, first.preview) == (second.content, second.thumbnail, second.preview)
        assert (first.width, first.height) == (second.width, second.height)

    async def test_nobody_obtains_it_who_merely_knows_the_hash(self, studio: Studio) -> None:
        content = picture()
        await studio.ready(await studio.uploads.uploaded(content))
        other = bytes(len(content))

        upload = await studio.uploads.uploaded(other, declared=content)

        assert "hash-mismatch" == await studio.refused(upload)

    async def test_photographs_do_not_wait_for_films(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        process, end = Workers.process, asyncio.Event()

        async def slow_films(self: Workers, source: Path, kind: MediaKind, *rest: Any) -> object:
            if kind == "video":
                await end.wait()
            return await process(self, source, kind, *rest)

        monkeypatch.setattr(Workers, "process", slow_films)
        films = [await studio.uploads.uploaded(picture(), kind="video", content_type="video/mp4") for _ in range(8)]
        waiting = Task(studio.agent, [command_record(one, offset) for offset, one in enumerate(films)])

        await studio.ready(await studio.uploads.uploaded(picture()))

        assert not waiting.is_done
        end.set()
        await waiting.done()

    async def test_waits_while_nothing_can_be_decoded(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        process, is_away = Workers.process, True

        async def away_at_first(self: Workers, *given: Any) -> object:
            if is_away:
                raise DecodingUnavailable("the disk is full")
            return await process(self, *given)

        monkeypatch.setattr(Workers, "process", away_at_first)
        upload = await studio.uploads.uploaded(picture())
        task = Task(studio.agent, [command_record(upload)])
        await until_waiting(caplog, "decoding")
        is_away = False

        await task.done()

        assert isinstance(await studio.log.told(upload.media_id), MediaReady)

    async def test_many_at_once(self, studio: Studio) -> None:
        uploads = [await studio.uploads.uploaded(picture()) for _ in range(6)]

        await Task(studio.agent, [command_record(one, offset) for offset, one in enumerate(uploads)]).done()

        for upload in uploads:
            (event,) = await studio.log.of(upload.media_id)
            assert isinstance(event, MediaReady)


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "declared", "reason"),
        [
            (b"", b"x", "empty"),
            (b"longer", b"long", "size-mismatch"),
            (b"short", b"shorter", "size-mismatch"),
            (b"others", b"these!", "hash-mismatch"),
            (b"no picture", b"no picture", "type-mismatch"),
        ],
    )
    async def test_what_is_not_what_was_declared(
        self, studio: Studio, content: bytes, declared: bytes, reason: str
    ) -> None:
        assert reason == await studio.refused(await studio.uploads.uploaded(content, declared=declared))

    async def test_what_was_never_uploaded(self, studio: Studio) -> None:
        upload = await studio.uploads.uploaded(picture())
        await studio.uploads.objects.delete(studio.uploads.buckets.quarantine_bucket, upload.media_id)

        assert "empty" == await studio.refused(upload)

    async def test_only_a_little_more_than_declared_is_ever_read(self, studio: Studio) -> None:
        upload = await studio.uploads.uploaded(bytes(5_000_000), declared=b"x")

        assert "size-mismatch" == await studio.refused(upload)


class TestUnreadable:
    async def test_buried_and_passed_over(self, studio: Studio, settings: StreamSettings) -> None:
        media_id = new_id()
        record = Record("media.commands", 0, 7, START_MS, media_id.encode(), b"{}", ())

        await Task(studio.agent, [record]).done()

        assert media_id.encode() in await asyncio.to_thread(_buried, settings.kafka_bootstrap)


class TestStoreAway:
    async def test_waited_for(
        self,
        *,
        employer: Employer,
        settings: StreamSettings,
        buckets: ObjectSettings,
        uploads: Uploads,
        log: MediaLog,
        postgres: Postgres,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        port = int(buckets.endpoint.rpartition(":")[2])
        async with gate_to(port) as gate:
            agent = MediaAgent(settings, buckets.model_copy(update={"endpoint": f"http://127.0.0.1:{gate.port}"}))
            await employer.hire(agent)
            upload = await uploads.uploaded(picture())
            await gate.shut()
            task = Task(agent, [command_record(upload)])
            await until_waiting(caplog, "the object store")
            assert (False, []) == (task.is_done, await log.of(upload.media_id))

            await gate.open()
            await task.done()

        assert isinstance(await log.told(upload.media_id), MediaReady)


class TestFolder:
    async def test_nothing_is_left_of_files_under_way(self, studio: Studio) -> None:
        await studio.ready(await studio.uploads.uploaded(picture()))
        await studio.refused(await studio.uploads.uploaded(b"no picture"))

        assert [] == _left_in(studio.agent._making._folder)


def _left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _buried(bootstrap: str) -> set[bytes | None]:
    """The keys of all dead letters."""
    kafka = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False})
    _, end = kafka.get_watermark_offsets(TopicPartition(DEAD_LETTERS.name, 0), timeout=10)
    kafka.assign([TopicPartition(DEAD_LETTERS.name, 0, 0)])
    keys, next_ = set(), 0
    while next_ < end:
        for message in kafka.consume(100, 0.1):
            if isinstance(letter := decode_dead_letter(message.value() or b""), DeadLetter):
                keys.add(letter.key)
            next_ = (message.offset() or 0) + 1
    kafka.close()
    return keys
