"""Push tokens in PostgreSQL: one to a device, one device to a token, sealed; and who has muted what."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from infra.stores.devices import Devices, NewDevice
from infra.stores.postgres import Postgres
from infra.stores.preferences import Preferences
from infra.stores.push_tokens import PushTokens, Target
from infra.stores.settings import StoreSettings
from schemas.sealing import TokenKey
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class House:
    def __init__(self, postgres: Postgres, settings: StoreSettings, user_id: str) -> None:
        self.postgres = postgres
        self.user_id = user_id
        self.tokens = PushTokens(postgres, settings.master_key_bytes())
        self.key = TokenKey(settings.master_key_bytes())
        self._devices = Devices(postgres, grace_seconds=1, life_seconds=1_000_000)

    async def device(self) -> str:
        device_id = new_id()
        await self._devices.seed([NewDevice(device_id, self.user_id, "phone")])
        return device_id

    async def put(self, device_id: str, token: str) -> bool:
        return await self.tokens.put(self.user_id, device_id, "fcm", token)

    async def targets(self) -> set[str]:
        return {one.device_id for one in await self.tokens.of_users([self.user_id])}

    async def sealed(self, device_id: str) -> bytes:
        async with self.postgres.connection() as connection:
            query = "SELECT sealed FROM push_tokens WHERE device_id = %s"
            row = await (await connection.execute(query, (device_id,))).fetchone()
        assert row is not None
        assert isinstance(row[0], bytes)
        return row[0]


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres, settings: StoreSettings, user_id: str) -> House:
    return House(postgres, settings, user_id)


class TestPut:
    async def test_registered_and_sealed(self, house: House) -> None:
        phone, token = await house.device(), new_id()
        assert await house.put(phone, token)
        assert [Target(house.user_id, phone, "fcm")] == await house.tokens.of_users([house.user_id])
        sealed = await house.sealed(phone)
        assert token.encode() not in sealed
        assert token == house.key.open(sealed, device_id=phone)

    async def test_a_new_one_takes_the_place_of_the_old(self, house: House) -> None:
        phone, newer = await house.device(), new_id()
        assert await house.put(phone, new_id())
        assert await house.put(phone, newer)
        assert newer == house.key.open(await house.sealed(phone), device_id=phone)

    async def test_moves_to_the_device_that_registers_it(self, house: House) -> None:
        phone, tablet, token = await house.device(), await house.device(), new_id()
        await house.put(phone, token)
        assert await house.put(tablet, token)
        assert {tablet} == await house.targets()

    async def test_two_at_once_leave_it_with_one(self, house: House) -> None:
        devices, token = [await house.device() for _ in range(4)], new_id()
        assert all(await asyncio.gather(*(house.put(one, token) for one in devices)))
        assert 1 == len(await house.targets())

    async def test_nothing_moves_to_a_device_of_somebody_else(self, house: House) -> None:
        phone, token = await house.device(), new_id()
        await house.put(phone, token)
        assert not await house.put(new_id(), token)
        assert {phone} == await house.targets()


class TestDrop:
    async def test_forgotten(self, house: House) -> None:
        phone = await house.device()
        await house.put(phone, new_id())
        assert await house.tokens.drop(house.user_id, phone)
        assert await house.tokens.drop(house.user_id, phone)
        assert set() == await house.targets()

    async def test_not_of_somebody_else(self, house: House) -> None:
        assert not await house.tokens.drop(house.user_id, new_id())


class TestRetire:
    async def test_only_while_it_is_the_same(self, house: House) -> None:
        phone, older, newer = await house.device(), new_id(), new_id()
        await house.put(phone, newer)
        assert not await house.tokens.retire(phone, house.key.hash("fcm", older))
        assert {phone} == await house.targets()
        assert await house.tokens.retire(phone, house.key.hash("fcm", newer))
        assert set() == await house.targets()


class TestMuted:
    async def test_those_alone_whose_time_is_not_over(self, house: House) -> None:
        muted, over, never = new_id(), new_id(), new_id()
        now, preferences = datetime.now(UTC), Preferences(house.postgres)
        await preferences.mute(house.user_id, muted, now + timedelta(hours=1))
        await preferences.mute(house.user_id, over, now - timedelta(seconds=1))
        asked = [(house.user_id, one) for one in (muted, over, never)]
        assert {(house.user_id, muted)} == await house.tokens.muted(asked)
