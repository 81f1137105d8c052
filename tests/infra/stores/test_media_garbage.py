"""Garbage of media on the real stores: what is old and needed by nobody goes, and nothing else."""

import hashlib
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.local.stack import Stack
from infra.stores.cassandra import Cassandra
from infra.stores.contents import Derived, Source, object_key
from infra.stores.media_garbage import Garbage, MediaGarbage
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.media import MediaFile
from tests.infra.stores.connecting import new_id, object_settings_of
from tests.infra.stores.gallery import Gallery, new_sha256
from tests.infra.stores.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")
TYPE = "image/jpeg"
NONE_SECONDS, LONG_SECONDS = -60.0, 3_600.0  # a grace period that is over, and one that is not


class Yard:
    """Two buckets of this test's own, so that what others left is not looked at."""

    def __init__(self, gallery: Gallery, objects: Objects, buckets: ObjectSettings) -> None:
        self.gallery = gallery
        self.objects = objects
        self.buckets = buckets

    def garbage(self, grace_seconds: float = NONE_SECONDS) -> MediaGarbage:
        return MediaGarbage(self.gallery.postgres, self.objects, self.buckets, grace_seconds=grace_seconds)

    async def quarantine(self, key: str) -> str:
        await self.objects.put(self.buckets.quarantine_bucket, key, b"uploaded", content_type=TYPE)
        return key

    async def content(self) -> MediaFile:
        data = os.urandom(32)
        file = MediaFile(hashlib.sha256(data).hexdigest(), len(data), TYPE)
        await self.objects.put(self.buckets.media_bucket, object_key(file.sha256), data, content_type=TYPE)
        return file

    async def left(self) -> set[str]:
        """The keys of both buckets."""
        buckets = (self.buckets.quarantine_bucket, self.buckets.media_bucket)
        return {one.key for bucket in buckets async for one in self.objects.listed(bucket)}

    async def collected(self, grace_seconds: float = NONE_SECONDS) -> dict[str, str]:
        return _whys([one async for one in self.garbage(grace_seconds).collect()])

    async def found(self, grace_seconds: float = NONE_SECONDS) -> dict[str, str]:
        return _whys([one async for one in self.garbage(grace_seconds).find()])


def _whys(found: list[Garbage]) -> dict[str, str]:
    return {one.key: one.why for one in found}


@pytest_asyncio.fixture(loop_scope="session")
async def yard(stores: Stack, postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> AsyncIterator[Yard]:
    name = f"test-{new_id()}"
    buckets = object_settings_of(stores, quarantine_bucket=f"{name}-q", media_bucket=f"{name}-m")
    objects = Objects(buckets)
    for bucket in (buckets.quarantine_bucket, buckets.media_bucket):
        objects.ensure_bucket(bucket)
    yield Yard(Gallery(await House.build(postgres, cassandra, settings)), objects, buckets)
    await objects.close()


class TestQuarantine:
    async def test_of_decided_ones_and_of_those_never_completed_and_of_nobody(self, yard: Yard) -> None:
        gallery, alice = yard.gallery, yard.gallery.house.alice
        ready, refused = await gallery.ready(alice), await gallery.open(alice)
        await gallery.refuse(refused)
        late = await gallery.open(alice, life_seconds=-120)
        expected = {ready.media_id: "decided", refused.media_id: "decided", late.media_id: "never completed"}
        expected[new_id()] = expected["a-stray"] = "named by nobody"
        for key in expected:
            await yard.quarantine(key)

        assert expected == await yard.collected()
        assert not await yard.left()

    async def test_kept_while_it_may_be_needed(self, yard: Yard) -> None:
        gallery, alice = yard.gallery, yard.gallery.house.alice
        waiting, processing = await gallery.open(alice, life_seconds=600), await gallery.open(alice, life_seconds=-120)
        await gallery.media.mark_processing(processing.media_id)
        kept = {await yard.quarantine(one.media_id) for one in (waiting, processing)}

        assert {} == await yard.collected()
        assert kept == await yard.left()


class TestContent:
    async def test_named_by_media_or_by_what_is_about_to_be_stored(self, yard: Yard) -> None:
        gallery = yard.gallery
        of_media, planned, thumbnail, stray = [await yard.content() for _ in range(4)]
        await gallery.decide_ready(await gallery.open(gallery.house.alice), of_media.sha256)
        source = Source(new_sha256(), "image", TYPE)
        await gallery.contents.plan(source, Derived(planned, thumbnail, None, 1, 1, None))

        assert {object_key(stray.sha256): "named by nobody"} == await yard.collected()
        assert {object_key(one.sha256) for one in (of_media, planned, thumbnail)} == await yard.left()

    async def test_not_taken_away_from_who_stores_it_just_now(self, yard: Yard) -> None:
        content = await yard.content()
        found = [one async for one in yard.garbage().find()]
        source = Source(new_sha256(), "image", TYPE)
        await yard.gallery.contents.plan(source, Derived(content, None, None, 1, 1, None))

        deleted = [await yard.garbage()._delete(one) for one in found]

        assert ([False], {object_key(content.sha256)}) == (deleted, await yard.left())


class TestGrace:
    async def test_nothing_younger_is_touched(self, yard: Yard) -> None:
        stray, content = await yard.quarantine(new_id()), await yard.content()

        assert {} == await yard.collected(LONG_SECONDS)
        assert {stray, object_key(content.sha256)} == await yard.left()

    async def test_looking_does_nothing(self, yard: Yard) -> None:
        stray = await yard.quarantine(new_id())

        assert {stray: "named by nobody"} == await yard.found()
        assert {stray} == await yard.left()


class TestForget:
    async def test_rows_that_nobody_needs(self, yard: Yard) -> None:
        gallery, alice = yard.gallery, yard.gallery.house.alice
        late, waiting = await gallery.open(alice, life_seconds=-7_200), await gallery.open(alice)
        ready = await gallery.ready(alice, life_seconds=-7_200)

        assert await yard.garbage(LONG_SECONDS).forget() >= 1

        assert await gallery.media.one(late.media_id) is None
        assert await gallery.media.one(waiting.media_id)
        assert await gallery.media.one(ready.media_id)

    async def test_what_was_made_of_bytes_while_somebody_may_upload_them(self, yard: Yard) -> None:
        gallery = yard.gallery
        waiting = await gallery.open(gallery.house.alice, life_seconds=600)
        made = Derived(MediaFile(new_sha256(), 1, TYPE), None, None, 1, 1, None)
        needed, unneeded = Source(waiting.sha256, "image", TYPE), Source(new_sha256(), "image", TYPE)
        for source in (needed, unneeded):
            await gallery.contents.plan(source, made)
            await gallery.contents.stored(source, made)

        await yard.garbage().forget()

        assert made == await gallery.contents.find(needed)
        assert await gallery.contents.find(unneeded) is None
