"""Media at an API whose limits are so low that tests reach them: expiry, sizes, how many may wait, and collection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import pytest

from infra.local.stack import Stack
from infra.stores.objects import Objects
from tests.e2e import media
from tests.e2e.gateway import OwnApi
from tests.e2e.media import File, call, look
from tests.e2e.people import People, Person
from tests.infra.stores.connecting import object_settings_of
from tests.streams.media.decoding.files import jpeg

GONE_SECONDS = 60
LIMITS = {
    "MEDIA_UPLOAD_SECONDS": "8",
    "MEDIA_URL_SECONDS": "6",
    "MEDIA_IMAGE_BYTES_MAX": "100000",
    "MEDIA_WAITING_MAX": "2",
    "MEDIA_GARBAGE_EVERY_SECONDS": "0.5",
    "MEDIA_GARBAGE_GRACE_SECONDS": "1",
}


@pytest.fixture(scope="module")
def strict_api(system: Stack) -> Iterator[OwnApi]:
    with OwnApi(system, "api-strict", LIMITS) as api:
        yield api


@pytest.fixture
async def alice(strict_api: OwnApi) -> AsyncIterator[Person]:
    async with httpx.AsyncClient() as http:
        yield await People(strict_api.url, http).person("alice")


@pytest.fixture
async def objects(system: Stack) -> AsyncIterator[Objects]:
    objects = Objects(object_settings_of(system))
    yield objects
    await objects.close()


def photo() -> File:
    return File(jpeg(comment=str(uuid4()).encode()))


async def vanished(objects: Objects, bucket: str, key: str) -> None:
    async with asyncio.timeout(GONE_SECONDS):
        while True:
            if await objects.head(bucket, key) is None:
                return
            await asyncio.sleep(0.1)


class TestExpiry:
    async def test_of_a_permission_to_upload(self, alice: Person) -> None:
        file = photo()
        opened = await media.ask(alice, file)
        await asyncio.sleep(10)  # what expires has no event

        answer = await media.put(opened, file.content)

        assert (403, True) == (answer.status_code, "expired" in answer.text)

    async def test_of_an_address_to_download_from(self, alice: Person) -> None:
        media_id = await media.ready(alice, photo())
        url = (await look(alice, media_id))["url"]
        assert 200 == (await media.get(url)).status_code
        await asyncio.sleep(8)  # as above

        assert 403 == (await media.get(url)).status_code
        assert 200 == (await media.get((await look(alice, media_id))["url"])).status_code


class TestLimits:
    async def test_of_size(self, alice: Person) -> None:
        status, said = await call(alice, "POST", "/v1/media", photo().declared(size=100_001))
        assert (413, "too-large") == (status, said["code"])
        status, _ = await call(alice, "POST", "/v1/media", photo().declared(size=100_000))
        assert 201 == status

    async def test_of_uploads_that_wait(self, alice: Person) -> None:
        for _ in range(2):
            await media.ask(alice, photo())

        status, said = await call(alice, "POST", "/v1/media", photo().declared())

        assert (429, "rate-limited") == (status, said["code"])


class TestCollection:
    async def test_of_what_nobody_needs(self, system: Stack, alice: Person, objects: Objects) -> None:
        buckets = object_settings_of(system)
        file = photo()
        opened = await media.ask(alice, file)
        assert 204 == (await media.put(opened, file.content)).status_code
        stray = "sha256/00/" + "0" * 64
        await objects.put(buckets.media_bucket, stray, b"stray", content_type="image/jpeg")

        await vanished(objects, buckets.media_bucket, stray)
        await vanished(objects, buckets.quarantine_bucket, opened["media_id"])

        await media.gone(alice, opened["media_id"])

    async def test_of_uploads_that_are_decided_but_not_of_their_content(
        self, system: Stack, alice: Person, objects: Objects
    ) -> None:
        media_id = await media.ready(alice, photo())

        await vanished(objects, object_settings_of(system).quarantine_bucket, media_id)

        assert 200 == (await media.get((await look(alice, media_id))["url"])).status_code
        again = await look(alice, await media.ready(alice, photo()))
        assert 200 == (await media.get(again["thumbnail_url"])).status_code
