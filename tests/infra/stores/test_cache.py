"""Redis's faults of connection are StoreUnavailable."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from infra.stores.cache import available
from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings
from tests.infra.stores.connecting import NOWHERE, redis_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestAvailable:
    async def test_unavailable_when_nobody_listens(self) -> None:
        async with redis_of(StoreSettings(redis_url=f"redis://{NOWHERE}/0")) as nowhere:
            with pytest.raises(StoreUnavailable), available():
                await nowhere.ping()

    async def test_other_faults_go_up(self, redis: Redis) -> None:
        with pytest.raises(ResponseError), available():
            await redis.eval("no script", 0)
