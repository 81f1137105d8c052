"""An object store that is away, or that gives back other bytes: a page without a hole, or none."""

from dataclasses import replace

import pytest

from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.faults import StoreUnavailable
from infra.stores.objects import Objects
from infra.stores.segments import CorruptSegment
from infra.stores.settings import ObjectSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from streams.archive.archiver import CONTENT_TYPE, Archiver
from streams.archive.restoring import verify
from tests.streams.archive.house import PARTITION, ArchiveHouse, far_ahead
from tests.streams.gate import gate_to


async def grown(house: ArchiveHouse) -> None:
    """Twenty rows archived, ten in Cassandra."""
    await house.talk(1, 20)
    await house.archive()
    await house.talk(21, 30)


class TestAway:
    async def test_only_what_needs_it_is_unavailable(
        self, house: ArchiveHouse, cassandra: Cassandra, object_settings: ObjectSettings
    ) -> None:
        await grown(house)
        port = int(object_settings.endpoint.rsplit(":", 1)[1])
        async with gate_to(port) as gate:
            settings = object_settings.model_copy(update={"endpoint": f"http://127.0.0.1:{gate.port}"})
            archive = Archive(ArchiveIndex(house.postgres), Objects(settings), settings.archive_bucket)
            timeline = await Timeline.prepare(cassandra, fixed(1), archive, is_one_replica_set=True)
            await gate.shut()
            assert 10 == len(await timeline.read(house.conversation_id, 21, 30))
            with pytest.raises(StoreUnavailable):
                await timeline.read(house.conversation_id, 20, 30)
            await gate.open()
            assert 30 == len(await timeline.read(house.conversation_id, 1, 30))
            await gate.shut()
            assert 30 == len(await timeline.read(house.conversation_id, 1, 30))  # the block is in memory

    async def test_nothing_is_removed_before_the_segment_is_there(
        self, house: ArchiveHouse, object_settings: ObjectSettings
    ) -> None:
        await house.talk(1, 20)
        settings = object_settings.model_copy(update={"endpoint": "http://127.0.0.1:1"})
        away = replace(house.parts, objects=Objects(settings))
        house.long_after()
        with pytest.raises(StoreUnavailable):
            await Archiver(house.settings, away, house.log.topic, far_ahead).work(PARTITION)
        assert list(range(1, 21)) == await house.in_cassandra()
        assert 20 == await house.archive()


class TestVerifying:
    async def test_nothing_is_removed_where_something_else_is_read_back(
        self, house: ArchiveHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await house.talk(1, 20)
        objects, get = house.parts.objects, house.parts.objects.get

        async def lie(bucket: str, key: str) -> bytes:
            return (await get(bucket, key))[:-1]

        with monkeypatch.context() as patched:
            patched.setattr(objects, "get", lie)
            with pytest.raises(CorruptSegment):
                await house.archive()
        assert list(range(1, 21)) == await house.in_cassandra()
        assert 20 == await house.archive()
        assert [] == await house.in_cassandra()


class TestCorrupt:
    async def test_is_never_served_and_is_reported(self, house: ArchiveHouse, caplog: pytest.LogCaptureFixture) -> None:
        await grown(house)
        (segment_id,) = await house.segments()
        segment = await house.parts.manifest.segment(segment_id)
        assert segment is not None
        assert segment.object_key is not None
        (data,) = await house.stored_bytes()
        bad = bytearray(data)
        bad[len(data) // 3] ^= 1
        objects, bucket = house.parts.objects, house.parts.bucket
        await objects.put(bucket, segment.object_key, bytes(bad), content_type=CONTENT_TYPE)
        with pytest.raises(CorruptSegment):
            await house.timeline.read(house.conversation_id, 1, 30)
        assert ["CRITICAL"] == [one.levelname for one in caplog.records if "corrupt" in one.message]
        with pytest.raises(CorruptSegment):
            await verify(house.parts, segment)
        await objects.put(bucket, segment.object_key, data, content_type=CONTENT_TYPE)
        assert 20 == await verify(house.parts, segment)
        assert 30 == len(await house.timeline.read(house.conversation_id, 1, 30))

    async def test_nor_is_an_object_that_is_gone(self, house: ArchiveHouse) -> None:
        await grown(house)
        segment = await house.parts.manifest.segment((await house.segments())[0])
        assert segment is not None
        assert segment.object_key is not None
        await house.parts.objects.delete(house.parts.bucket, segment.object_key)
        with pytest.raises(CorruptSegment):
            await house.timeline.read(house.conversation_id, 1, 30)
