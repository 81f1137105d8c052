"""The real stores, connected once for all tests of this folder: these run in the session's one event loop."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from infra.local.stack import Stack
from infra.stores.accounts import Accounts, NewAccount
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.sealing import new_data_key
from tests.infra.stores.connecting import cassandra_of, make_topic, new_id, postgres_of, redis_of, settings_of


@pytest.fixture(scope="session")
def settings(stores: Stack) -> StoreSettings:
    found = settings_of(stores, StoreSettings)
    make_topic(found)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cassandra(settings: StoreSettings) -> AsyncIterator[Cassandra]:
    async with cassandra_of(settings) as connected:
        yield connected


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(settings: StoreSettings) -> AsyncIterator[Postgres]:
    async with postgres_of(settings) as connected:
        yield connected


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis(settings: StoreSettings) -> AsyncIterator[Redis]:
    async with redis_of(settings) as connected:
        yield connected


@pytest_asyncio.fixture(loop_scope="session")
async def user_id(postgres: Postgres, settings: StoreSettings) -> str:
    """A person with an account and a data key."""
    id_ = new_id()
    wrapped = new_data_key(settings.master_key_bytes(), id_)
    account = NewAccount(id_, f"h.{id_[:8]}", "Alice", "a hash", wrapped)
    assert await Accounts(postgres).create(account)
    return id_
