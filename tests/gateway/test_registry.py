"""The connections of a gateway: frames find them by id, and those that are gone are passed over."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.registry import Registry
from schemas.close_codes import CloseCode
from schemas.outbound import Item, Kind
from tests.gateway.sockets import Exchange, Line, exchange


@pytest.fixture
async def sockets() -> AsyncIterator[Exchange]:
    async with exchange() as open_:
        yield open_


async def lines(sockets: Exchange, registry: Registry, count: int) -> list[Line]:
    """Live connections `connection-1` and so on."""
    found = [await sockets.line() for _ in range(count)]
    for line in found:
        line.go_live()
        registry.add(line.connection)
    return found


class TestDispatch:
    async def test_to_those_whom_an_item_names(self, sockets: Exchange) -> None:
        registry = Registry(lambda _: None)
        one, two = await lines(sockets, registry, 2)
        registry.dispatch(
            [
                Item(Kind.FRAME, ("connection-1",), b"to one"),
                Item(Kind.FRAME, ("connection-2", "connection-1"), b"to both"),
                Item(Kind.REPEATED, ("connection-2",), b"again"),
            ]
        )
        assert ["to one", "to both"] == [await one.heard(), await one.heard()]
        assert ["to both", "again"] == [await two.heard(), await two.heard()]

    async def test_passes_over_who_is_gone(self, sockets: Exchange) -> None:
        registry = Registry(lambda _: None)
        one, two = await lines(sockets, registry, 2)
        registry.remove(one.connection)
        registry.remove(one.connection)
        registry.dispatch([Item(Kind.FRAME, ("connection-1", "unheard", "connection-2"), b"frame")])
        assert "frame" == await two.heard()
        assert (1, False) == (len(registry), "connection-1" in registry)

    async def test_registered_wakes_who_waits_for_it(self, sockets: Exchange) -> None:
        registry = Registry(lambda _: None)
        one, two = await lines(sockets, registry, 2)
        waiting = one.connection.registered = asyncio.Event()
        registry.dispatch([Item(Kind.REGISTERED, ("connection-1", "connection-2"), b"")])
        assert waiting.is_set()
        assert two.connection.registered is None

    async def test_close_closes_with_the_code_in_its_payload(self, sockets: Exchange) -> None:
        registry = Registry(lambda _: None)
        (one,) = await lines(sockets, registry, 1)
        registry.dispatch([Item(Kind.CLOSE, ("connection-1",), b"4502")])
        assert CloseCode.REPLACED == await one.close_code()


class TestCloseAll:
    async def test_all_that_are_there(self, sockets: Exchange) -> None:
        registry = Registry(lambda _: None)
        found = await lines(sockets, registry, 5)
        assert 5 == len(list(registry))
        await registry.close_all(CloseCode.STREAM_LOST, "stream lost", 0.05)
        codes = await asyncio.gather(*(line.close_code() for line in found))
        assert [CloseCode.STREAM_LOST] * 5 == codes

    async def test_none(self) -> None:
        await Registry(lambda _: None).close_all(CloseCode.DRAINING, "draining", 5.0)
