"""Accounts in PostgreSQL: one handle, one person; how they prove who they are; what is left of who was erased."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from infra.stores.accounts import Accounts, Created, Credentials, NewAccount, Profile
from infra.stores.devices import Devices, NewDevice
from infra.stores.keys import Keys
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.sealing import new_data_key
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
ALL = 1_000_000
LONG_SECONDS = 1_000_000.0


class Town:
    """Where people sign up under handles that no other test uses."""

    def __init__(self, postgres: Postgres, master_key: bytes) -> None:
        self.postgres = postgres
        self.accounts = Accounts(postgres)
        self.devices = Devices(postgres, grace_seconds=10, life_seconds=LONG_SECONDS)
        self.keys = Keys(postgres, master_key)
        self._master_key = master_key

    def newcomer(self) -> NewAccount:
        id_ = new_id()
        return NewAccount(id_, f"h.{id_[:8]}", "Alice", "a hash", new_data_key(self._master_key, id_))

    async def inhabitant(self) -> NewAccount:
        account = self.newcomer()
        assert await self.accounts.create(account)
        return account

    async def device_of(self, account: NewAccount) -> str:
        device_id = new_id()
        device = NewDevice(device_id, account.user_id, "phone")
        assert await self.devices.add(device, account.password_hash, device_id.encode())
        return device_id

    async def signed_in(self, account: NewAccount) -> list[str]:
        return [device.device_id for device in await self.devices.of_user(account.user_id)]

    async def erase(self, account: NewAccount) -> None:
        async with self.postgres.connection() as connection:
            values = (datetime.now(UTC), account.user_id)
            await connection.execute("UPDATE users SET erased_at = %s WHERE user_id = %s", values)

    async def unannounced(self, older_than_seconds: float = -1.0, limit: int = ALL) -> list[str]:
        return [one.user_id for one in await self.accounts.unannounced(older_than_seconds, limit)]


@pytest_asyncio.fixture(loop_scope="session")
async def town(postgres: Postgres, settings: StoreSettings) -> Town:
    return Town(postgres, settings.master_key_bytes())


class TestCreate:
    async def test_made_with_its_key(self, town: Town) -> None:
        account = town.newcomer()
        created = await town.accounts.create(account)
        assert created is not None
        assert (account.user_id, 0) == (created.user_id, created.created_at.microsecond % 1000)
        assert await town.keys.key(account.user_id) is not None

    async def test_none_when_the_handle_is_taken(self, town: Town) -> None:
        first = await town.inhabitant()
        second = replace(town.newcomer(), handle=first.handle)
        assert await town.accounts.create(second) is None
        assert [Profile(first.user_id, first.handle, "Alice")] == await town.accounts.profiles(
            [first.user_id, second.user_id]
        )

    async def test_one_of_many_at_once(self, town: Town) -> None:
        handle = town.newcomer().handle
        many = [replace(town.newcomer(), handle=handle) for _ in range(8)]
        made = await asyncio.gather(*map(town.accounts.create, many))
        (created,) = (one for one in made if one)
        assert [created.user_id] == [one.user_id for one in await town.accounts.profiles_by_handle(handle)]

    async def test_taken_from_then_on(self, town: Town) -> None:
        account = town.newcomer()
        before = await town.accounts.is_taken(account.handle)
        await town.accounts.create(account)
        assert [False, True] == [before, await town.accounts.is_taken(account.handle)]


class TestUnannounced:
    async def test_until_it_is_announced(self, town: Town) -> None:
        account = await town.inhabitant()
        before = await town.unannounced()
        await town.accounts.mark_announced(account.user_id)
        assert [True, False] == [account.user_id in some for some in (before, await town.unannounced())]

    async def test_not_before_its_time(self, town: Town) -> None:
        account = await town.inhabitant()
        assert account.user_id not in await town.unannounced(older_than_seconds=LONG_SECONDS)

    async def test_oldest_first_and_not_too_many(self, town: Town) -> None:
        accounts = [await town.inhabitant() for _ in range(3)]
        found = await town.accounts.unannounced(-1.0, ALL)
        times = [one.created_at for one in found]
        assert sorted(times) == times
        assert {one.user_id for one in accounts} <= {one.user_id for one in found}
        assert found[:2] == await town.accounts.unannounced(-1.0, 2)

    async def test_says_when_it_was_made(self, town: Town) -> None:
        created = await town.accounts.create(town.newcomer())
        assert isinstance(created, Created)
        assert created in await town.accounts.unannounced(-1.0, ALL)


class TestCredentials:
    async def test_by_handle_and_by_id(self, town: Town) -> None:
        account = await town.inhabitant()
        expected = Credentials(account.user_id, account.password_hash)
        assert expected == await town.accounts.credentials(account.handle)
        assert expected == await town.accounts.credentials_of(account.user_id)

    async def test_none_of_strangers(self, town: Town) -> None:
        assert await town.accounts.credentials("nobody.at.all") is None
        assert await town.accounts.credentials_of(new_id()) is None


class TestChangePassword:
    async def test_other_devices_are_signed_out(self, town: Town) -> None:
        account, stranger = await town.inhabitant(), await town.inhabitant()
        kept, *others = [await town.device_of(account) for _ in range(3)]
        elsewhere = await town.device_of(stranger)
        ended = await town.accounts.change_password(credentials(account), "new", kept)
        assert ended is not None
        assert sorted(others) == sorted(ended)
        assert ([kept], [elsewhere]) == (await town.signed_in(account), await town.signed_in(stranger))
        assert Credentials(account.user_id, "new") == await town.accounts.credentials(account.handle)

    async def test_none_when_it_was_changed_meanwhile(self, town: Town) -> None:
        account = await town.inhabitant()
        devices = [await town.device_of(account) for _ in range(2)]
        old = Credentials(account.user_id, "an older hash")
        assert await town.accounts.change_password(old, "new", devices[0]) is None
        assert sorted(devices) == sorted(await town.signed_in(account))
        assert credentials(account) == await town.accounts.credentials(account.handle)

    async def test_one_of_two_at_once(self, town: Town) -> None:
        account = await town.inhabitant()
        device_id = await town.device_of(account)
        both = (town.accounts.change_password(credentials(account), hash_, device_id) for hash_ in ("one", "two"))
        assert 1 == (await asyncio.gather(*both)).count(None)


class TestProfiles:
    async def test_of_those_that_exist(self, town: Town) -> None:
        account = await town.inhabitant()
        expected = Profile(account.user_id, account.handle, account.display_name)
        assert [expected] == await town.accounts.profiles([new_id(), account.user_id])
        assert [expected, None] == [await town.accounts.profile(id_) for id_ in (account.user_id, new_id())]
        assert [] == await town.accounts.profiles([])

    async def test_renamed(self, town: Town) -> None:
        account, other = await town.inhabitant(), await town.inhabitant()
        await town.accounts.rename(account.user_id, "Alice Liddell")
        found = await town.accounts.profiles([account.user_id, other.user_id])
        expected = {account.user_id: "Alice Liddell", other.user_id: "Alice"}
        assert expected == {one.user_id: one.display_name for one in found}


class TestErased:
    async def test_nothing_is_told_or_let_in(self, town: Town) -> None:
        account = await town.inhabitant()
        await town.erase(account)
        assert await town.accounts.credentials(account.handle) is None
        assert await town.accounts.credentials_of(account.user_id) is None
        assert await town.accounts.profile(account.user_id) is None
        assert [] == await town.accounts.profiles_by_handle(account.handle)

    async def test_the_handle_stays_taken(self, town: Town) -> None:
        account = await town.inhabitant()
        await town.erase(account)
        assert await town.accounts.is_taken(account.handle)
        assert await town.accounts.create(replace(town.newcomer(), handle=account.handle)) is None


class TestSeed:
    async def test_made_with_their_keys_and_announced(self, town: Town) -> None:
        accounts = [town.newcomer() for _ in range(3)]
        await town.accounts.seed(accounts)
        ids = {one.user_id for one in accounts}
        assert ids == {one.user_id for one in await town.accounts.profiles(sorted(ids))}
        assert ids.isdisjoint(await town.unannounced())
        assert None not in (await town.keys.load(ids)).values()


def credentials(account: NewAccount) -> Credentials:
    return Credentials(account.user_id, account.password_hash)
