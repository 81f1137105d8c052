"""The object store: what it lets clients do by themselves, and what it refuses, over real HTTP."""

import asyncio
import dataclasses
import hashlib
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from infra.local.stack import Stack
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.objects import ListedObject, ObjectMissing, Objects, PresignedPost
from infra.stores.settings import ObjectSettings
from tests.infra.stores.connecting import NOWHERE, new_id, object_settings_of

BYTES = b"a picture of a cat" * 100
SHA256 = hashlib.sha256(BYTES).hexdigest()
TYPE = "image/jpeg"


@pytest.fixture(scope="session")
def settings(stores: Stack) -> ObjectSettings:
    return object_settings_of(stores)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def objects(settings: ObjectSettings) -> AsyncIterator[Objects]:
    objects = Objects(settings)
    yield objects
    await objects.close()


@pytest.fixture
def bucket(settings: ObjectSettings) -> str:
    return settings.quarantine_bucket


@pytest.fixture
def key() -> str:
    return f"test/{new_id()}"


def presign(objects: Objects, bucket: str, key: str, life_seconds: int = 60) -> PresignedPost:
    return objects.presign_post(
        bucket, key, content_type=TYPE, size=len(BYTES), sha256=SHA256, life_seconds=life_seconds
    )


def upload(post: PresignedPost, content: bytes = BYTES, changed: Mapping[str, str] | None = None) -> httpx.Response:
    fields = {**post.fields, **(changed or {})}
    return httpx.post(post.url, data=fields, files={"file": ("a name", content)})


def get(url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return httpx.get(url, headers=headers)


async def put(objects: Objects, bucket: str, key: str) -> None:
    assert await objects.put(bucket, key, BYTES, content_type=TYPE)


@pytest.mark.asyncio(loop_scope="session")
class TestPresignedPost:
    async def test_stored(self, objects: Objects, bucket: str, key: str) -> None:
        assert 204 == upload(presign(objects, bucket, key)).status_code

        head = await objects.head(bucket, key)
        assert head is not None
        assert (len(BYTES), TYPE) == (head.size, head.content_type)

    @pytest.mark.parametrize(
        "content", [BYTES + b"x", BYTES[:-1], b"", BYTES[:-1] + b"x"], ids=["longer", "shorter", "empty", "other"]
    )
    async def test_refused_when_other_bytes(self, objects: Objects, bucket: str, key: str, content: bytes) -> None:
        assert upload(presign(objects, bucket, key), content).status_code in {400, 403}
        assert await objects.head(bucket, key) is None

    @pytest.mark.parametrize(
        "changed",
        [
            {"key": "test/another"},
            {"Content-Type": "text/html"},
            {"x-amz-checksum-sha256": "AAAA"},
            {"x-amz-signature": "0" * 64},
            {"policy": "e30="},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    async def test_refused_when_tampered_with(
        self, objects: Objects, bucket: str, key: str, changed: Mapping[str, str]
    ) -> None:
        assert 403 == upload(presign(objects, bucket, key), changed=changed).status_code
        assert await objects.head(bucket, key) is None

    async def test_refused_in_another_bucket(
        self, objects: Objects, settings: ObjectSettings, bucket: str, key: str
    ) -> None:
        post = presign(objects, bucket, key)
        there = dataclasses.replace(post, url=post.url.replace(bucket, settings.media_bucket))

        assert 403 == upload(there).status_code
        assert await objects.head(settings.media_bucket, key) is None

    async def test_refused_when_expired(self, objects: Objects, bucket: str, key: str) -> None:
        response = upload(presign(objects, bucket, key, life_seconds=-1))

        assert 403 == response.status_code
        assert "expired" in response.text


@pytest.mark.asyncio(loop_scope="session")
class TestPresignedGet:
    async def test_read(self, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)

        response = get(objects.presign_get(bucket, key, content_type="image/png", life_seconds=60).url)

        assert (200, BYTES, "image/png") == (response.status_code, response.content, response.headers["content-type"])

    async def test_ranges_read(self, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)
        url = objects.presign_get(bucket, key, content_type=TYPE, life_seconds=60).url

        response = get(url, headers={"Range": "bytes=10-19"})

        assert (206, BYTES[10:20]) == (response.status_code, response.content)
        assert f"bytes 10-19/{len(BYTES)}" == response.headers["content-range"]

    async def test_saved_under_its_name(self, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)
        name = 'a "naïve"; plan.pdf'

        got = objects.presign_get(bucket, key, content_type="application/pdf", life_seconds=60, file_name=name)

        expected = "attachment; filename*=UTF-8''a%20%22na%C3%AFve%22%3B%20plan.pdf"
        assert expected == get(got.url).headers["content-disposition"]

    async def test_refused_when_tampered_with_expired_or_unsigned(
        self, objects: Objects, bucket: str, key: str
    ) -> None:
        await put(objects, bucket, key)
        url = objects.presign_get(bucket, key, content_type=TYPE, life_seconds=60).url
        expired = objects.presign_get(bucket, key, content_type=TYPE, life_seconds=-10).url
        other = url.replace(key, "test/another")
        html = url.replace("image%2Fjpeg", "text%2Fhtml")
        assert html != url

        for refused in (url[:-1] + ("0" if url[-1] != "0" else "1"), expired, other, html, url.partition("?")[0]):
            assert get(refused).status_code in {400, 403}, refused

    async def test_through_a_cdn(self, settings: ObjectSettings) -> None:
        objects = Objects(settings.model_copy(update={"cdn_url": "https://cdn.example/files/"}))

        url = objects.presign_get("bucket", "a/b", content_type=TYPE, life_seconds=60).url

        assert url.startswith("https://cdn.example/files/bucket/a/b?response-content-type=image%2Fjpeg&X-Amz-")
        await objects.close()


@pytest.mark.asyncio(loop_scope="session")
class TestObjects:
    async def test_read_whole_and_in_part(self, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)

        assert BYTES == await objects.get(bucket, key)
        assert BYTES[5:15] == await objects.get(bucket, key, first=5, length=10)
        assert BYTES[-3:] == await objects.get(bucket, key, first=len(BYTES) - 3, length=10)

    async def test_fetched_with_its_hash(self, objects: Objects, bucket: str, key: str, tmp_path: Path) -> None:
        await put(objects, bucket, key)

        fetched = await objects.fetch(bucket, key, tmp_path / "file", bytes_max=len(BYTES))

        assert (len(BYTES), SHA256) == (fetched.size, fetched.sha256)
        assert BYTES == (tmp_path / "file").read_bytes()

    async def test_fetched_no_further_than_one_beyond_the_maximum(
        self, objects: Objects, bucket: str, key: str, tmp_path: Path
    ) -> None:
        await put(objects, bucket, key)

        fetched = await objects.fetch(bucket, key, tmp_path / "file", bytes_max=100)

        assert 101 == fetched.size == (tmp_path / "file").stat().st_size

    async def test_put_from_a_file(self, objects: Objects, bucket: str, key: str, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(BYTES)

        assert await objects.put(bucket, key, tmp_path / "file", content_type=TYPE, sha256=SHA256)

        assert BYTES == await objects.get(bucket, key)

    async def test_put_refused_when_the_hash_is_another(self, objects: Objects, bucket: str, key: str) -> None:
        with pytest.raises(ClientError, match="BadDigest"):
            await objects.put(bucket, key, BYTES, content_type=TYPE, sha256="00" * 32)
        assert await objects.head(bucket, key) is None

    async def test_put_only_if_absent(self, objects: Objects, bucket: str, key: str) -> None:
        assert await objects.put(bucket, key, BYTES, content_type=TYPE, only_if_absent=True)
        assert not await objects.put(bucket, key, b"other", content_type=TYPE, only_if_absent=True)

        assert BYTES == await objects.get(bucket, key)

    async def test_copied(self, objects: Objects, bucket: str, key: str, settings: ObjectSettings) -> None:
        await put(objects, bucket, key)

        await objects.copy(bucket, key, settings.media_bucket, key)

        assert BYTES == await objects.get(settings.media_bucket, key)

    async def test_deleted_once_or_twice(self, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)

        await objects.delete(bucket, key)
        await objects.delete(bucket, key)

        assert await objects.head(bucket, key) is None

    async def test_missing(self, objects: Objects, bucket: str, key: str, tmp_path: Path) -> None:
        with pytest.raises(ObjectMissing):
            await objects.get(bucket, key)
        with pytest.raises(ObjectMissing):
            await objects.fetch(bucket, key, tmp_path / "file", bytes_max=1)
        with pytest.raises(ObjectMissing):
            await objects.copy(bucket, key, bucket, key + "2")

    async def test_listed_over_pages(self, objects: Objects, bucket: str, key: str) -> None:
        for name in "abcde":
            await put(objects, bucket, f"{key}/{name}")

        found: list[ListedObject] = [one async for one in objects.listed(bucket, f"{key}/", page_objects=2)]

        assert [(f"{key}/{name}", len(BYTES)) for name in "abcde"] == [(one.key, one.size) for one in found]


@pytest.mark.asyncio(loop_scope="session")
class TestAway:
    async def test_unavailable_when_nobody_listens(self, settings: ObjectSettings) -> None:
        objects = Objects(settings.model_copy(update={"endpoint": f"http://{NOWHERE}"}))

        with pytest.raises(StoreUnavailable):
            await objects.head("bucket", "key")
        await objects.close()

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_unavailable_when_it_answers_that_it_cannot(self, settings: ObjectSettings, status: int) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            objects = Objects(settings.model_copy(update={"endpoint": f"http://127.0.0.1:{port}"}))
            for ask in (objects.head("bucket", "key"), objects.get("bucket", "key"), put(objects, "bucket", "key")):
                with pytest.raises(StoreUnavailable):
                    await ask
            await objects.close()

    async def test_unavailable_while_it_hangs(
        self, stores: Stack, settings: ObjectSettings, bucket: str, key: str
    ) -> None:
        objects = Objects(settings.model_copy(update={"answer_seconds": 0.3}))
        await put(objects, bucket, key)

        stores.kill("objects", signal.SIGSTOP)
        try:
            with pytest.raises(StoreUnavailable):
                await objects.get(bucket, key)
        finally:
            stores.kill("objects", signal.SIGCONT)

        assert BYTES == await until_available(lambda: objects.get(bucket, key), "after the pause")
        await objects.close()

    async def test_kept_when_killed(self, stores: Stack, objects: Objects, bucket: str, key: str) -> None:
        await put(objects, bucket, key)

        stores.kill("objects")

        assert BYTES == await until_available(lambda: objects.get(bucket, key), "after the crash")
        await until_available(lambda: put(objects, bucket, key), "writing after the crash")
