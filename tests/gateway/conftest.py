"""The real stores for those parts of a gateway that look at them."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from gateway.settings import GatewaySettings
from infra.local.stack import Stack
from infra.stores.postgres import Postgres
from tests.gateway.house import House, Houses
from tests.infra.stores.connecting import make_topic, postgres_of, redis_of, settings_of


@pytest.fixture(scope="session")
def settings(stores: Stack) -> GatewaySettings:
    found = settings_of(stores, GatewaySettings, gateway_name="gateway-test")
    make_topic(found)
    return found


@pytest.fixture
async def redis(settings: GatewaySettings) -> AsyncIterator[Redis]:
    async with redis_of(settings) as connected:
        yield connected


@pytest.fixture
async def postgres(settings: GatewaySettings) -> AsyncIterator[Postgres]:
    async with postgres_of(settings) as connected:
        yield connected


@pytest.fixture
async def houses(
    settings: GatewaySettings, postgres: Postgres, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Houses]:
    made = Houses(settings, postgres, redis, monkeypatch)
    yield made
    await made.close()


@pytest.fixture
async def house(houses: Houses) -> House:
    """A whole gateway that serves, whose views are fresh."""
    return await houses.open()
