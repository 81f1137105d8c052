"""Which users and devices there are, as the door asks it."""

from datetime import UTC, datetime

import pytest

from infra.stores.devices import Devices, NewDevice
from infra.stores.postgres import Postgres
from infra.stores.users import SignedIn, Users
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestIsKnown:
    async def test_only_who_has_an_account(self, postgres: Postgres, user_id: str) -> None:
        users = Users(postgres)
        assert [True, False, True] == [await users.are_known([id_]) for id_ in (user_id, new_id(), user_id)]

    async def test_a_no_is_not_remembered(self, postgres: Postgres, user_id: str) -> None:
        users = Users(postgres)
        await set_erased(postgres, user_id, datetime.now(UTC))
        before = await users.are_known([user_id])
        await set_erased(postgres, user_id, None)
        assert [False, True] == [before, await users.are_known([user_id])]


class TestIsDeviceSignedIn:
    async def test_until_it_is_signed_out(self, postgres: Postgres, user_id: str) -> None:
        users, devices = Users(postgres), Devices(postgres, grace_seconds=10, life_seconds=1000)
        device_id = new_id()
        assert await devices.add(NewDevice(device_id, user_id, "phone"), "a hash", device_id.encode())
        before = await users.device(user_id, device_id)
        assert await users.device(new_id(), device_id) is None
        await devices.remove(user_id, device_id)
        assert [SignedIn(None), None] == [before, await users.device(user_id, device_id)]


async def set_erased(postgres: Postgres, user_id: str, at: datetime | None) -> None:
    async with postgres.connection() as connection:
        await connection.execute("UPDATE users SET erased_at = %s WHERE user_id = %s", (at, user_id))
