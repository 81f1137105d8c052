"""Data keys: erased is not missing."""

import pytest

from infra.stores.keys import KeyMissing, Keys
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.sealing import SealBroken
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def erase(postgres: Postgres, user_id: str) -> None:
    async with postgres.connection() as connection:
        await connection.execute(
            "UPDATE data_keys SET wrapped = NULL, erased_at = now() WHERE user_id = %s", (user_id,)
        )


def keys(postgres: Postgres, settings: StoreSettings) -> Keys:
    return Keys(postgres, settings.master_key_bytes())


class TestLoad:
    async def test_there(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        one, other = keys(postgres, settings), keys(postgres, settings)
        first, second = await one.key(user_id), (await other.load([user_id]))[user_id]
        assert first is not None
        assert second is not None
        assert first.digest(b"content") == second.digest(b"content")

    async def test_erased_is_none(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        await erase(postgres, user_id)
        assert {user_id: None} == await keys(postgres, settings).load([user_id])
        assert await keys(postgres, settings).key(user_id) is None

    async def test_missing_is_a_fault(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        unknown = new_id()
        with pytest.raises(KeyMissing, match=unknown):
            await keys(postgres, settings).load([user_id, unknown])

    async def test_nobody(self, postgres: Postgres, settings: StoreSettings) -> None:
        assert {} == await keys(postgres, settings).load([])

    async def test_under_another_master_key_is_a_fault(self, postgres: Postgres, user_id: str) -> None:
        with pytest.raises(SealBroken):
            await Keys(postgres, bytes(32)).key(user_id)


class TestCached:
    async def test_once_it_was_loaded(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        mine = keys(postgres, settings)
        assert mine.cached(user_id) is None
        loaded = await mine.key(user_id)
        assert loaded is mine.cached(user_id) is await mine.key(user_id)
