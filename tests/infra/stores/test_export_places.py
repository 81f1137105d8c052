"""Where exports lie: a folder and a bucket keep the same promises."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.local.stack import Stack
from infra.stores import export_buckets
from infra.stores.export_buckets import place_at
from infra.stores.export_places import LOCK, ExportPlace, PlaceTaken, PlaceUnusable
from infra.stores.faults import StoreUnavailable
from infra.stores.settings import ObjectSettings
from tests.infra.stores.connecting import NOWHERE, new_id, object_settings_of

BYTES = b"PAR1 and so on" * 100
SHA256 = hashlib.sha256(BYTES).hexdigest()
NAME = "topic=t/date=2026-11-24/0-0-1.parquet"


@pytest.fixture
def settings(stores: Stack) -> ObjectSettings:
    return object_settings_of(stores)


@pytest.fixture(params=["folder", "bucket"])
def url(request: pytest.FixtureRequest, settings: ObjectSettings, tmp_path: Path) -> str:
    return str(tmp_path / "export") if request.param == "folder" else f"s3://{settings.export_bucket}/{new_id()}"


@pytest.fixture
async def place(url: str, settings: ObjectSettings) -> AsyncIterator[ExportPlace]:
    place = place_at(url, settings)
    yield place
    await place.close()


@pytest.fixture
async def other(url: str, settings: ObjectSettings) -> AsyncIterator[ExportPlace]:
    """Another's hand on the same place."""
    place = place_at(url, settings)
    yield place
    await place.close()


async def put(place: ExportPlace, name: str = NAME) -> None:
    async with place.locked() as scratch:
        path = scratch / "part"
        path.write_bytes(BYTES)
        await place.put(name, path, SHA256)


class TestFiles:
    async def test_put(self, place: ExportPlace) -> None:
        await put(place)
        assert {NAME: len(BYTES)} == await place.sizes()
        assert SHA256 == await place.sha256(NAME)

    async def test_nothing_there(self, place: ExportPlace) -> None:
        assert {} == await place.sizes()
        assert await place.sha256(NAME) is None
        assert await place.read("manifest.json") is None
        await place.delete(NAME)

    async def test_small_ones(self, place: ExportPlace) -> None:
        async with place.locked():
            await place.write("manifest.json", b"{}")
            await place.write("manifest.json", b"[]")
        assert b"[]" == await place.read("manifest.json")

    async def test_others_files_are_not_the_exports(self, place: ExportPlace) -> None:
        await put(place, "photo.parquet")
        await put(place, "topic=t/readme.txt")
        assert {} == await place.sizes()

    async def test_readers_of_parquet_find_them(self, place: ExportPlace) -> None:
        await put(place)
        with place.filesystem().open_input_file(NAME) as file:
            assert BYTES == file.read()


class TestLock:
    async def test_one_at_a_time(self, place: ExportPlace, other: ExportPlace) -> None:
        async with place.locked():
            with pytest.raises(PlaceTaken, match="another export works at"):
                async with other.locked():
                    pass
        async with other.locked():
            pass

    async def test_nothing_unfinished_stays(self, place: ExportPlace) -> None:
        async with place.locked() as scratch:
            (scratch / "part").write_bytes(BYTES)
        assert not scratch.exists()


class TestLease:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export_buckets, "LEASE_SECONDS", 0.0)

    @pytest.fixture(params=["bucket"])
    def url(self, settings: ObjectSettings) -> str:
        return f"s3://{settings.export_bucket}/{new_id()}"

    async def test_ends_with_whoever_was_killed(self, place: ExportPlace) -> None:
        """The store's clock has seconds, so that a lease of none may be a second old."""
        await place.write(LOCK, b"of somebody who was killed")
        async with place.locked():
            assert b"of somebody who was killed" != await place.read(LOCK)
        assert await place.read(LOCK) is None

    async def test_whoever_lost_it_writes_no_more(
        self, place: ExportPlace, other: ExportPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export_buckets, "RENEW_SECONDS", 0.05)
        async with place.locked():
            async with other.locked():
                with pytest.raises(PlaceTaken, match="taken over"):
                    for _ in range(10_000):  # far longer than it takes to hear of it
                        await place.write("manifest.json", b"late")
            assert b"late" == await other.read("manifest.json")


class TestAway:
    async def test_refused_by_the_store(self, settings: ObjectSettings) -> None:
        wrong = settings.model_copy(update={"secret_key": SecretStr("not the secret")})
        place = place_at(f"s3://{settings.export_bucket}/x", wrong)
        with pytest.raises(PlaceUnusable, match="SignatureDoesNotMatch"):
            async with place.locked():
                pass
        await place.close()

    async def test_no_name_that_a_bucket_may_have(self, settings: ObjectSettings) -> None:
        place = place_at("s3://a bucket/x", settings)
        with pytest.raises(PlaceUnusable, match="Invalid bucket name"):
            await place.read("manifest.json")
        await place.close()

    async def test_a_folder_that_is_a_file(self, settings: ObjectSettings, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(PlaceUnusable, match="Not a directory"):
            async with place_at(str(tmp_path / "file" / "export"), settings).locked():
                pass

    async def test_no_store(self, settings: ObjectSettings) -> None:
        place = place_at("s3://b/x", settings.model_copy(update={"endpoint": f"http://{NOWHERE}"}))
        with pytest.raises(StoreUnavailable):
            await place.read("manifest.json")
        await place.close()

    def test_no_name_of_a_bucket(self, settings: ObjectSettings) -> None:
        with pytest.raises(ValueError, match="names no bucket"):
            place_at("s3:///x", settings)
