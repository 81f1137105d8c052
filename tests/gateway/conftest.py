"""The real stores for those parts of a gateway that look at them."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from gateway.settings import GatewaySettings
from infra.local.stack import Stack
from tests.infra.stores.connecting import make_topic, redis_of, settings_of


@pytest.fixture(scope="session")
def settings(stores: Stack) -> GatewaySettings:
    found = settings_of(stores, GatewaySettings, gateway_name="gateway-test")
    make_topic(found)
    return found


@pytest.fixture
async def redis(settings: GatewaySettings) -> AsyncIterator[Redis]:
    async with redis_of(settings) as connected:
        yield connected
