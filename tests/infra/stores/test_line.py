"""Connections to Redis that died while they stood idle: the next call finds another one, and nobody notices."""

import pytest

from infra.stores import cache
from infra.stores.cache import Redis
from infra.stores.line import Line
from infra.stores.settings import StoreSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_line_goes_on(redis: Redis) -> None:
    line = Line(redis)
    (id_,) = await line.call(("CLIENT", "ID"))
    await redis.client_kill_filter(_id=str(id_))
    assert [b"PONG"] == await line.call(("PING",))
    await line.close()


async def test_a_client_goes_on(redis: Redis, settings: StoreSettings) -> None:
    other = cache.connect(settings)
    id_ = await other.client_id()
    await redis.client_kill_filter(_id=str(id_))
    assert await other.ping()
    assert id_ != await other.client_id()
    await other.aclose()
