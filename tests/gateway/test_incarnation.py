"""A gateway's life on its stream: frames come through, and a lost stream begins a new life."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from gateway.announcing import Announcing
from gateway.incarnation import Incarnation
from gateway.lease import Lease
from gateway.registry import Registry
from gateway.settings import GatewaySettings
from infra.stores.line import Line
from infra.stores.live_gateways import LiveGateways
from infra.stores.outbound_streams import publish
from schemas.close_codes import CloseCode
from schemas.outbound import Item, Kind, stream_name
from tests.gateway.sockets import PATIENCE_SECONDS, Exchange, exchange

GATEWAY = "gateway-test"


@pytest.fixture
async def sockets() -> AsyncIterator[Exchange]:
    async with exchange() as open_:
        yield open_


@pytest.fixture
async def registry() -> Registry:
    return Registry(lambda _: None)


@pytest.fixture
async def incarnation(
    settings: GatewaySettings, redis: Redis, registry: Registry
) -> AsyncIterator[Incarnation]:
    made = Incarnation(
        redis,
        GATEWAY,
        registry,
        lease=Lease(settings.kafka_bootstrap, GATEWAY, lambda: len(registry)),
        announcing=Announcing(settings, registry, LiveGateways(redis)),
        close_seconds=0.05,
    )
    living = asyncio.create_task(made.live())
    yield made
    living.cancel()
    await asyncio.wait([living])


async def name_of(incarnation: Incarnation, other_than: str | None = None) -> str:
    """The name once it has one, and another than before."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (name := incarnation.name) in (None, other_than):  # noqa: ASYNC110 — nothing tells when a life begins
            await asyncio.sleep(0.01)
    assert name is not None
    return name


class TestLive:
    async def test_frames_come_through(
        self, redis: Redis, registry: Registry, incarnation: Incarnation, sockets: Exchange
    ) -> None:
        line = await sockets.line()
        line.go_live()
        registry.add(line.connection)
        stream = stream_name(GATEWAY, await name_of(incarnation))
        await publish(Line(redis), {stream: [Item(Kind.FRAME, (line.connection.id,), b"frame")]})
        assert "frame" == await line.heard()

    async def test_a_lost_stream_closes_all_and_begins_anew(
        self, redis: Redis, registry: Registry, incarnation: Incarnation, sockets: Exchange
    ) -> None:
        line = await sockets.line()
        line.go_live()
        registry.add(line.connection)
        first = await name_of(incarnation)
        await redis.flushdb()
        assert CloseCode.STREAM_LOST == await line.close_code()
        assert first != await name_of(incarnation, other_than=first)

    async def test_it_says_where_it_is(self, settings: GatewaySettings, redis: Redis, incarnation: Incarnation) -> None:
        name = await name_of(incarnation)
        gateways = LiveGateways(redis)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := await gateways.all()):  # noqa: ASYNC110 — Redis tells nobody
                await asyncio.sleep(0.01)
        assert [(settings.gateway_name, settings.url)] == [(one.name, one.url) for one in found]
        assert stream_name(GATEWAY, name) == incarnation.stream
