"""Devices in PostgreSQL: who is signed in where, and that a refresh token which was used before ends its device."""

import asyncio
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from infra.stores.devices import Devices, NewDevice, Revoked, Rotated
from infra.stores.postgres import Connection, Postgres
from tests.infra.stores.connecting import new_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "a hash"  # of the fixture's account
GRACE_SECONDS = 1_000.0
LIFE_SECONDS = 10 * 365 * 86_400.0  # no device of another test is so old
LONG_AGO_SECONDS = 2 * LIFE_SECONDS
PATIENCE_SECONDS = 10.0


class Person:
    """Someone with an account; tokens are named by their hashes."""

    def __init__(self, postgres: Postgres, user_id: str) -> None:
        self.postgres = postgres
        self.user_id = user_id
        self.devices = Devices(postgres, grace_seconds=GRACE_SECONDS, life_seconds=LIFE_SECONDS)
        self.strict = Devices(postgres, grace_seconds=0, life_seconds=LIFE_SECONDS)

    async def sign_in(self, name: str = "phone") -> str:
        """A new device, whose token is its own id."""
        device = NewDevice(new_id(), self.user_id, name)
        assert await self.devices.add(device, PASSWORD, token(device.device_id))
        return device.device_id

    async def signed_in(self) -> list[str]:
        return [device.device_id for device in await self.devices.of_user(self.user_id)]

    async def age(self, table: str, column: str, device_id: str, seconds: float) -> None:
        query = f"UPDATE {table} SET {column} = {column} - make_interval(secs => %s) WHERE device_id = %s"  # noqa: S608 — of this file
        async with self.postgres.connection() as connection:
            await connection.execute(query.encode(), (seconds, device_id))

    async def tokens(self, device_id: str) -> set[bytes]:
        async with self.postgres.connection() as connection:
            query = "SELECT token_hash FROM refresh_tokens WHERE device_id = %s"
            return {bytes(row[0]) for row in await (await connection.execute(query, (device_id,))).fetchall()}  # type: ignore[call-overload]  # a bytea

    @asynccontextmanager
    async def password_changing(self) -> "AsyncIterator[Connection]":
        """A transaction that has set a new password, and commits at the end."""
        async with self.postgres.connection() as connection:
            await connection.execute("UPDATE users SET password_hash = 'new' WHERE user_id = %s", (self.user_id,))
            yield connection


@pytest_asyncio.fixture(loop_scope="session")
async def person(postgres: Postgres, user_id: str) -> Person:
    return Person(postgres, user_id)


def token(name: str) -> bytes:
    return name.encode()


class TestAdd:
    async def test_signed_in(self, person: Person) -> None:
        device_id = await person.sign_in("laptop")
        (device,) = await person.devices.of_user(person.user_id)
        assert (device_id, "laptop") == (device.device_id, device.name)
        assert {token(device_id)} == await person.tokens(device_id)

    async def test_not_with_another_password(self, person: Person) -> None:
        device = NewDevice(new_id(), person.user_id, "phone")
        assert not await person.devices.add(device, "another hash", token(device.device_id))
        assert [] == await person.signed_in()

    async def test_not_with_a_password_that_is_being_changed(self, person: Person) -> None:
        device = NewDevice(new_id(), person.user_id, "phone")
        async with person.password_changing() as changing:
            adding = asyncio.create_task(person.devices.add(device, PASSWORD, token(device.device_id)))
            await someone_waits_for(changing)
        assert not await adding
        assert [] == await person.signed_in()


class TestOfUser:
    async def test_oldest_first(self, person: Person) -> None:
        devices = [await person.sign_in() for _ in range(3)]
        await person.age("devices", "created_at", devices[2], 60)
        assert [devices[2], devices[0], devices[1]] == await person.signed_in()


class TestRotate:
    async def test_the_new_token_works(self, person: Person) -> None:
        device_id = await person.sign_in()
        first = await person.devices.rotate(device_id, token(device_id), token(device_id + "2"))
        second = await person.devices.rotate(device_id, token(device_id + "2"), token(device_id + "3"))
        assert [Rotated(person.user_id)] * 2 == [first, second]

    async def test_the_old_one_works_within_the_grace(self, person: Person) -> None:
        """The answer may be lost: the client asks again with what it has."""
        device_id = await person.sign_in()
        answers = [await person.devices.rotate(device_id, token(device_id), token(f"{device_id}{n}")) for n in range(3)]
        assert [Rotated(person.user_id)] * 3 == answers

    async def test_used_again_after_the_grace_it_ends_the_device(self, person: Person) -> None:
        device_id, other = await person.sign_in(), await person.sign_in()
        await person.strict.rotate(device_id, token(device_id), token(device_id + "2"))
        answer = await person.strict.rotate(device_id, token(device_id), token(device_id + "3"))
        assert Revoked(person.user_id) == answer
        assert [other] == await person.signed_in()
        assert await person.strict.rotate(device_id, token(device_id + "2"), token(device_id + "4")) is None

    async def test_the_grace_begins_with_the_first_rotation(self, person: Person) -> None:
        device_id = await person.sign_in()
        await person.devices.rotate(device_id, token(device_id), token(device_id + "2"))
        await person.age("refresh_tokens", "rotated_at", device_id, GRACE_SECONDS - 60)
        await person.devices.rotate(device_id, token(device_id), token(device_id + "3"))
        await person.age("refresh_tokens", "rotated_at", device_id, 120)
        answer = await person.devices.rotate(device_id, token(device_id), token(device_id + "4"))
        assert Revoked(person.user_id) == answer

    async def test_anothers_token_ends_the_device(self, person: Person) -> None:
        device_id, other = await person.sign_in(), await person.sign_in()
        answer = await person.devices.rotate(device_id, token(other), token(device_id + "2"))
        assert (Revoked(person.user_id), [other]) == (answer, await person.signed_in())

    async def test_none_when_signed_out(self, person: Person) -> None:
        device_id = await person.sign_in()
        await person.devices.remove(person.user_id, device_id)
        assert await person.devices.rotate(device_id, token(device_id), token(device_id + "2")) is None

    async def test_many_at_once_within_the_grace(self, person: Person) -> None:
        device_id = await person.sign_in()
        rotations = (person.devices.rotate(device_id, token(device_id), token(f"{device_id}{n}")) for n in range(6))
        assert [Rotated(person.user_id)] * 6 == await asyncio.gather(*rotations)

    async def test_once_of_many_at_once_without_grace(self, person: Person) -> None:
        device_id = await person.sign_in()
        rotations = (person.strict.rotate(device_id, token(device_id), token(f"{device_id}{n}")) for n in range(6))
        answers = await asyncio.gather(*rotations)
        assert [1, 1, 4] == [answers.count(one) for one in (Rotated(person.user_id), Revoked(person.user_id), None)]

    async def test_dead_tokens_are_forgotten(self, person: Person) -> None:
        device_id = await person.sign_in()
        names = [device_id, *(f"{device_id}{n}" for n in range(4))]
        for old, new in pairwise(names):
            await person.strict.rotate(device_id, token(old), token(new))
        assert {token(names[-1])} == await person.tokens(device_id)


class TestRemove:
    async def test_signed_out_once(self, person: Person) -> None:
        device_id, other = await person.sign_in(), await person.sign_in()
        answers = [await person.devices.remove(person.user_id, device_id) for _ in range(2)]
        assert ([True, False], [other]) == (answers, await person.signed_in())

    async def test_not_by_others(self, person: Person) -> None:
        device_id = await person.sign_in()
        assert not await person.devices.remove(new_id(), device_id)
        assert [device_id] == await person.signed_in()


class TestExpire:
    async def test_whose_tokens_have_all_expired(self, person: Person) -> None:
        old, refreshed, new = [await person.sign_in() for _ in range(3)]
        for device_id in (old, refreshed):
            await person.age("devices", "created_at", device_id, LONG_AGO_SECONDS)
        await person.age("refresh_tokens", "issued_at", old, LONG_AGO_SECONDS)
        assert 1 == await person.devices.expire()
        assert {refreshed, new} == set(await person.signed_in())


class TestSeed:
    async def test_signed_in_without_tokens(self, person: Person) -> None:
        device = NewDevice(new_id(), person.user_id, "seeded")
        await person.devices.seed([device])
        assert [device.device_id] == await person.signed_in()
        assert set() == await person.tokens(device.device_id)


async def someone_waits_for(connection: Connection) -> None:
    """Until another transaction waits for what this one has locked."""
    query = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await (await connection.execute(query)).fetchone() is None:  # noqa: ASYNC110 — nothing tells it
            await asyncio.sleep(0.01)
