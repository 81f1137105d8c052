"""Which users have connections on which incarnation."""

import pytest
from redis.asyncio import Redis

from infra.stores.registrations import Place, Registrations
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARTITION = 77  # no other test's


class TestRegistrations:
    async def test_found_until_removed(self, redis: Redis) -> None:
        registrations, one, two = Registrations(redis), new_id(), new_id()
        here, there = Place(PARTITION, "gateway-1", new_id()), Place(PARTITION + 1, "gateway-2", new_id())
        await registrations.add([(here, one), (here, two), (there, one)])
        await registrations.remove([(here, two)])
        assert ([one], [one]) == (await registrations.users(here), await registrations.users(there))
        places = await registrations.places([PARTITION, PARTITION + 1])
        assert {here, there} <= set(places)
        assert there not in await registrations.places([PARTITION])

    async def test_forgotten(self, redis: Redis) -> None:
        registrations, place = Registrations(redis), Place(PARTITION, "gateway-1", new_id())
        await registrations.add([(place, new_id())])
        await registrations.forget(place)
        assert [] == await registrations.users(place)
        assert place not in await registrations.places([PARTITION])

    async def test_nothing_asked(self, redis: Redis) -> None:
        registrations = Registrations(redis)
        await registrations.add([])
        await registrations.remove([])
        assert [] == await registrations.places([])
