"""An archiver on the real stores."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from streams.archive.connecting import parts
from streams.archive.settings import ArchiveSettings
from tests.infra.stores.connecting import object_settings_of, settings_of
from tests.streams.archive.house import ArchiveHouse


@pytest.fixture(scope="session")
def object_settings(stores: Stack) -> ObjectSettings:
    return object_settings_of(stores)


@pytest.fixture(scope="session")
def archive_settings(stores: Stack) -> ArchiveSettings:
    return settings_of(
        stores, ArchiveSettings, archive_after_days=1, archive_rewrite_seconds=0, archive_grace_seconds=0
    )


@pytest.fixture
async def house(
    archive_settings: ArchiveSettings, object_settings: ObjectSettings, postgres: Postgres
) -> AsyncIterator[ArchiveHouse]:
    async with parts(archive_settings, object_settings) as found:
        yield await ArchiveHouse.open(archive_settings, found, postgres)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    """Every read of an object from now on: its key and how many bytes were asked for."""
    seen: list[tuple[str, int | None]] = []
    get = Objects.get

    async def noted(self: Objects, bucket: str, key: str, *, first: int = 0, length: int | None = None) -> bytes:
        seen.append((key, length))
        return await get(self, bucket, key, first=first, length=length)

    monkeypatch.setattr(Objects, "get", noted)
    return seen
