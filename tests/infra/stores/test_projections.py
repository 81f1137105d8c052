"""The register of projections: versions, how far they are, and which one is read. On a view that nobody else has."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from infra.stores.live_views import LiveViews
from infra.stores.postgres import Postgres
from infra.stores.projections import Progress, Projections, Scope, StateDiffers, Version
from infra.stores.view import View
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class House:
    """A view with one live version."""

    def __init__(self, postgres: Postgres) -> None:
        self.register = Projections(postgres)
        self.name = f"test-{new_id()}"

    async def versions(self) -> list[Version]:
        return await self.register.all(self.name)

    async def built(self, scope: str = "") -> Version:
        """A version that is built, and follows the log."""
        made = await self.register.add(self.name, scope)
        await self.register.move(made, "standby")
        return replace(made, state="standby")

    async def announced(self) -> Version:
        made = await self.built()
        await self.register.move(made, "announced")
        return replace(made, state="announced")


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres) -> AsyncIterator[House]:
    made = House(postgres)
    async with postgres.connection() as connection:
        await connection.execute("INSERT INTO projections (name, version, state) VALUES (%s, 1, 'live')", (made.name,))
    yield made
    async with postgres.connection() as connection:
        await connection.execute("DELETE FROM projections WHERE name = %s", (made.name,))
        await connection.execute("DELETE FROM projection_progress WHERE name = %s", (made.name,))


class TestAdd:
    async def test_beside_the_live_one(self, house: House) -> None:
        made = await house.register.add(house.name, "")
        assert (2, "building") == (made.version, made.state)
        assert [(1, "live"), (2, "building")] == [(one.version, one.state) for one in await house.versions()]

    async def test_a_number_is_never_used_again(self, house: House) -> None:
        first = await house.built()
        await house.register.move(first, "dropped")
        assert 3 == (await house.register.add(house.name, "")).version
        assert [1, 3] == [one.version for one in await house.versions()]

    async def test_a_part_of_the_log_is_never_followed(self, house: House) -> None:
        assert not (await house.built(str(Scope(since_ms=7)))).is_followed
        assert (await house.built()).is_followed


class TestGoLive:
    async def test_one_takes_the_others_place(self, house: House) -> None:
        await house.register.go_live(await house.announced())
        first, second = await house.versions()
        assert ("standby", "live") == (first.state, second.state)
        assert first.live_until is not None
        assert second.live_until is None

    async def test_nothing_changes_where_it_was_not_announced(self, house: House) -> None:
        built = await house.built()
        with pytest.raises(StateDiffers):
            await house.register.go_live(replace(built, state="announced"))
        assert ["live", "standby"] == [one.state for one in await house.versions()]


class TestLock:
    async def test_one_at_a_time(self, house: House) -> None:
        async with house.register.lock(house.name) as first:
            async with house.register.lock(house.name) as second:
                assert (True, False) == (first, second)
            async with house.register.lock(new_id()) as other:
                assert other


class TestProgress:
    async def test_only_grows(self, house: House) -> None:
        made = await house.register.add(house.name, "")
        for offset in (10, 30, 20):
            await house.register.advance(made, 1, Progress(5, offset))
        assert {1: Progress(5, 30)} == await house.register.progress(made)


class TestLiveViews:
    async def test_what_is_read_followed_and_awaited(self, house: House, postgres: Postgres) -> None:
        live = LiveViews(house.register)
        built = await house.built()
        await live.look()
        assert 1 == live.version(house.name)
        assert [View(house.name, 1), View(house.name, 2)] == live.followed(house.name)
        assert [View(house.name, 1)] == live.awaited(house.name)

        await house.register.move(built, "announced")
        await live.look()
        assert [View(house.name, 1), View(house.name, 2)] == live.awaited(house.name)

        await house.register.go_live(replace(built, state="announced"))
        which = live.which(house.name)
        assert 1 == which()
        await live.look()
        assert 2 == which()
        assert [2, 1] == live.written(house.name)


class TestInbox:
    async def test_a_new_version_has_tables_like_those_that_are_read(self, postgres: Postgres) -> None:
        register = Projections(postgres)
        made = await register.add("inbox", str(Scope(conversation_id=new_id())))
        query = (
            "SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns"
            " WHERE table_schema = %s ORDER BY 1, 2"
        )
        async with postgres.connection() as connection:
            read = await (await connection.execute(query, ("inbox_2",))).fetchall()
            new = await (await connection.execute(query, (f"inbox_{made.version}",))).fetchall()
        assert read
        assert read == new
        await register.move(made, "dropped")
        await register.drop_inbox(made.version)
