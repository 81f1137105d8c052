"""The real stores for agents, and for looking at what they wrote."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from streams.runtime.settings import StreamSettings
from tests.infra.stores.connecting import cassandra_of, postgres_of, redis_of, settings_of
from tests.streams.employer import Employer


@pytest.fixture(scope="session")
def settings(stores: Stack) -> StreamSettings:
    return settings_of(stores, StreamSettings)


@pytest.fixture
async def redis(settings: StreamSettings) -> AsyncIterator[Redis]:
    async with redis_of(settings) as connected:
        yield connected


@pytest.fixture
async def postgres(settings: StreamSettings) -> AsyncIterator[Postgres]:
    async with postgres_of(settings) as connected:
        yield connected


@pytest.fixture
async def cassandra(settings: StreamSettings) -> AsyncIterator[Cassandra]:
    async with cassandra_of(settings) as connected:
        yield connected


@pytest.fixture
async def employer(
    redis: Redis, postgres: Postgres, cassandra: Cassandra, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Employer]:
    """Comes after the test's own connections, which it leaves alone."""
    async with Employer(monkeypatch) as made:
        yield made
