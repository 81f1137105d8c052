"""What a process remembers of people who were erased goes, also when PostgreSQL cannot say who they are."""

import pytest

from infra.stores.erasures import Erasures
from infra.stores.faults import StoreUnavailable
from infra.stores.forgetting import BLIND_SECONDS, Forgetting
from infra.stores.keys import Keys
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.users import Users

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Away(Erasures):
    """PostgreSQL does not answer."""

    async def changed(self, within_seconds: float) -> list[str]:
        raise StoreUnavailable(f"nobody says who was erased within {within_seconds} s")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestLook:
    async def test_key_and_existence_are_forgotten(
        self, postgres: Postgres, settings: StoreSettings, user_id: str
    ) -> None:
        keys, users = Keys(postgres, settings.master_key_bytes()), Users(postgres)
        erasures = Erasures(postgres, settings.master_key_bytes())
        told: set[str] = set()
        forgetting = Forgetting(erasures, (keys, users), told.update)
        await keys.load([user_id])
        assert await users.are_known([user_id])
        asked = await erasures.ask(user_id)
        assert asked is not None
        await erasures.clear(asked)
        assert keys.cached(user_id) is not None
        await forgetting.look()
        assert user_id in told
        assert (None, None) == (keys.cached(user_id), await keys.key(user_id))
        assert not await users.are_known([user_id])

    async def test_others_are_remembered(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        keys = Keys(postgres, settings.master_key_bytes())
        await keys.load([user_id])
        await Forgetting(Erasures(postgres, settings.master_key_bytes()), (keys,)).look()
        assert keys.cached(user_id) is not None

    async def test_everybody_when_nobody_has_said_for_long(
        self, postgres: Postgres, settings: StoreSettings, user_id: str
    ) -> None:
        keys, clock = Keys(postgres, settings.master_key_bytes()), Clock()
        forgetting = Forgetting(Away(postgres, settings.master_key_bytes()), (keys,), clock=clock)
        await keys.load([user_id])
        clock.now = BLIND_SECONDS - 1
        await forgetting.look()
        assert keys.cached(user_id) is not None
        clock.now = BLIND_SECONDS + 1
        await forgetting.look()
        assert keys.cached(user_id) is None
