"""Erasures in PostgreSQL: asked for once, never lost, and nothing that names the person is left."""

import pytest
import pytest_asyncio

from infra.stores.accounts import Accounts, Credentials
from infra.stores.devices import Devices, NewDevice
from infra.stores.erasures import Asked, Erasures
from infra.stores.exports import Exports
from infra.stores.keys import Keys
from infra.stores.personal_data import PersonalData
from infra.stores.postgres import Postgres
from infra.stores.preferences import Preferences
from infra.stores.settings import StoreSettings
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def erasures(postgres: Postgres, settings: StoreSettings) -> Erasures:
    return Erasures(postgres, settings.master_key_bytes())


@pytest_asyncio.fixture(loop_scope="session")
async def asked(erasures: Erasures, user_id: str) -> Asked:
    """Somebody who has asked."""
    asked = await erasures.ask(user_id)
    assert asked is not None
    return asked


class TestAsk:
    async def test_hides_and_signs_out(self, postgres: Postgres, erasures: Erasures, user_id: str) -> None:
        devices = Devices(postgres, grace_seconds=10, life_seconds=1000)
        assert await devices.add(NewDevice(new_id(), user_id, "phone"), "a hash", new_id().encode())
        assert await erasures.ask(user_id)
        assert await Accounts(postgres).profile(user_id) is None
        assert [] == await devices.of_user(user_id)

    async def test_only_once(self, erasures: Erasures, asked: Asked) -> None:
        assert await erasures.ask(asked.user_id) is None

    async def test_not_with_a_password_that_was_changed(self, erasures: Erasures, user_id: str) -> None:
        assert await erasures.ask(user_id, Credentials(user_id, "another hash")) is None
        assert await erasures.ask(user_id, Credentials(user_id, "a hash")) is not None


class TestUnannounced:
    async def test_found_until_the_log_knows(self, erasures: Erasures, asked: Asked) -> None:
        assert asked in await erasures.unannounced(-1.0, 1_000)
        assert asked not in await erasures.unannounced(60.0, 1_000)
        await erasures.clear(asked)  # the log knew
        assert asked not in await erasures.unannounced(-1.0, 1_000)


class TestClear:
    async def test_nothing_is_left_but_the_mark(
        self, postgres: Postgres, settings: StoreSettings, erasures: Erasures, asked: Asked
    ) -> None:
        await Preferences(postgres).mute(asked.user_id, new_id(), None)
        people = PersonalData(postgres)
        before = await people.left(asked.user_id)
        assert {"name, handle, password or picture", "data key", "muted conversation"} == before.keys()
        await erasures.clear(asked)
        assert {} == await people.left(asked.user_id)
        assert await Keys(postgres, settings.master_key_bytes()).key(asked.user_id) is None
        assert await erasures.is_cleared(asked.user_id)

    async def test_the_handle_stays_reserved(self, postgres: Postgres, erasures: Erasures, asked: Asked) -> None:
        handle = f"h.{asked.user_id[:8]}"
        assert not await erasures.is_reserved(handle)
        await erasures.clear(asked)
        assert await erasures.is_reserved(handle)
        assert not await Accounts(postgres).is_taken(handle)

    async def test_again_takes_away_what_came_late(
        self, postgres: Postgres, erasures: Erasures, asked: Asked
    ) -> None:
        await erasures.clear(asked)
        await Preferences(postgres).mute(asked.user_id, new_id(), None)
        await erasures.clear(asked)
        assert {} == await PersonalData(postgres).left(asked.user_id)

    async def test_of_whom_this_store_does_not_know(self, erasures: Erasures, asked: Asked) -> None:
        nobody = Asked(new_id(), asked.at)
        await erasures.clear(nobody)
        assert not await erasures.is_cleared(nobody.user_id)

    async def test_without_being_asked_here(self, postgres: Postgres, erasures: Erasures, asked: Asked) -> None:
        """A store that was set back to an older copy: the log says it again."""
        async with postgres.connection() as connection:
            await connection.execute("DELETE FROM erasures WHERE user_id = %s", (asked.user_id,))
            await connection.execute("UPDATE users SET erased_at = NULL WHERE user_id = %s", (asked.user_id,))
        await erasures.clear(asked)
        assert {} == await PersonalData(postgres).left(asked.user_id)
        assert asked not in await erasures.unannounced(-1.0, 1_000)


class TestSettle:
    async def test_once_nothing_came_for_long(self, erasures: Erasures, asked: Asked) -> None:
        await erasures.clear(asked)
        await erasures.settle(asked.user_id, 600)
        assert asked in await erasures.unsettled()
        await erasures.settle(asked.user_id, -1)
        assert asked not in await erasures.unsettled()


class TestExports:
    async def test_of_one_person_and_of_all(self, postgres: Postgres, user_id: str) -> None:
        exports, place = Exports(postgres), f"/exports/{user_id}"
        await exports.register(f"{place}/mine", "account export", user_id)
        await exports.register(f"{place}/all", "export")
        await exports.register(f"{place}/others", "account export", new_id())
        found = [one.place for one in await exports.concerning(user_id) if user_id in one.place]
        assert [f"{place}/mine", f"{place}/all"] == found
