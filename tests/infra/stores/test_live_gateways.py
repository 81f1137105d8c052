"""What living gateways say of themselves."""

import pytest
from redis.asyncio import Redis

from infra.stores.live_gateways import LiveGateway, LiveGateways
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


class TestLiveGateways:
    async def test_listed_until_it_leaves(self, redis: Redis) -> None:
        gateways, one = LiveGateways(redis), LiveGateway(new_id(), "ws://here/v1/socket", 7)
        await gateways.say(one, "a", {})
        assert one in await gateways.all()
        await gateways.leave(one.name)
        assert one.name not in {found.name for found in await gateways.all()}

    async def test_its_word_has_a_short_life(self, redis: Redis) -> None:
        one = LiveGateway(new_id(), "ws://here/v1/socket", 7)
        await LiveGateways(redis).say(one, "a", {})
        assert 0 < await redis.ttl(f"gateway:{one.name}") <= 3

    async def test_when_its_connections_were_heard(self, redis: Redis) -> None:
        gateways, one = LiveGateways(redis), LiveGateway(new_id(), "ws://here/v1/socket", 2)
        await gateways.say(one, "a", {"connection-1": 5, "connection-2": 7})
        assert {"connection-1": 5, "connection-2": 7} == await gateways.heard(one.name, "a")
        assert {} == await gateways.heard(one.name, "b")
