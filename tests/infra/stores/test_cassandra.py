"""Cassandra from an event loop."""

import asyncio

import pytest
from cassandra import InvalidRequest
from cassandra.query import named_tuple_factory

from infra.stores import cassandra as module
from infra.stores.cassandra import Cassandra
from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestConnect:
    async def test_unavailable_when_nobody_listens(self) -> None:
        with pytest.raises(StoreUnavailable):
            await Cassandra.connect(StoreSettings(cassandra_port=1))


class TestRows:
    async def test_as_the_drivers_own(self) -> None:
        columns, values = ["seq", "writetime(event)", "system.count(*)", "_hidden"], [(1, 2, 3, 4), (5, 6, 7, 8)]
        expected = named_tuple_factory(columns, values)
        for _ in range(2):
            assert expected == (rows := module._rows(columns, values))
            assert expected[0]._fields == rows[0]._fields
        assert [] == module._rows(columns, [])


class TestExecute:
    async def test_many_at_once(self, cassandra: Cassandra) -> None:
        statement = await cassandra.prepare("SELECT key FROM system.local WHERE key = ?")
        answers = await asyncio.gather(*(cassandra.execute(statement, ("local",)) for _ in range(50)))
        assert ["local"] * 50 == [rows[0].key for rows in answers]

    async def test_a_fault_of_ones_own_goes_up(self, cassandra: Cassandra) -> None:
        with pytest.raises(InvalidRequest):
            await cassandra.execute("SELECT nothing FROM system.local")

    async def test_who_gives_up_disturbs_nobody(self, cassandra: Cassandra) -> None:
        asked = asyncio.create_task(cassandra.execute("SELECT key FROM system.local"))
        await asyncio.sleep(0)
        asked.cancel()
        assert await cassandra.execute("SELECT key FROM system.local")
