"""A session on a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.session import Close, Phase, Send
from gateway.settings import GatewaySettings
from schemas.close_codes import CloseCode
from tests.gateway.sockets import BUFFER_BYTES, PATIENCE_SECONDS, Exchange, exchange


@pytest.fixture
async def sockets() -> AsyncIterator[Exchange]:
    async with exchange() as open_:
        yield open_


class TestPerform:
    async def test_sends_text(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.connection.perform(Send(b'{"type":"Synced"}'))
        assert '{"type":"Synced"}' == await line.heard()

    async def test_closes_with_its_code(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.connection.perform(Close(CloseCode.SILENT, "no sign of life"))
        assert CloseCode.SILENT == await line.close_code()

    async def test_nothing_to_do(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.connection.perform(None)
        line.connection.perform(Send(b"next"))
        assert "next" == await line.heard()


class TestHeard:
    async def test_when_does_not_drift_with_the_clocks(
        self, sockets: Exchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection = (await sockets.line()).connection
        before = connection.heard_ms()
        monkeypatch.setattr("gateway.connection.time", lambda: 0.0)
        assert before == connection.heard_ms()
        connection.session.receive(b'{"type":"Heartbeat"}', asyncio.get_running_loop().time() + 3_600)
        assert 0 < connection.heard_ms() <= 3_600_000  # however long the machine stood still meanwhile


class TestDeliver:
    async def test_once_it_is_live(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.go_live()
        line.connection.deliver(b"1")
        line.connection.deliver(b"2")
        assert ["1", "2"] == [await line.heard(), await line.heard()]

    async def test_kept_back_until_then(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.say_hello()
        line.connection.deliver(b"live")
        await line.connection.write_all([b"missed 1", b"missed 2"])
        await line.connection.write_all(line.connection.session.synced())
        assert ["missed 1", "missed 2", "live"] == [await line.heard() for _ in range(3)]

    async def test_closed_when_too_much_is_kept_back(self, sockets: Exchange) -> None:
        line = await sockets.line(GatewaySettings(backlog_frames_max=1))
        line.say_hello()
        line.connection.deliver(b"1")
        line.connection.deliver(b"2")
        assert CloseCode.OVERLOADED == await line.close_code()

    async def test_a_client_that_does_not_read_is_closed(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.go_live()
        for _ in range(100_000):
            line.connection.deliver(b"x" * (BUFFER_BYTES // 2))
            await asyncio.sleep(0)
            if line.connection.session.phase is Phase.CLOSED:
                break
        assert Phase.CLOSED is line.connection.session.phase
        assert CloseCode.TOO_SLOW == await line.close_code()


class TestClose:
    async def test_only_the_first_reason_counts(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.connection.close(CloseCode.REPLACED, "replaced")
        line.connection.close(CloseCode.DRAINING, "draining")
        assert CloseCode.REPLACED == await line.close_code()

    async def test_of_a_client_that_is_gone(self, sockets: Exchange) -> None:
        line = await sockets.line()
        line.go_live()
        await line.client.close()
        line.connection.deliver(b"nobody hears it")
        line.connection.close(CloseCode.DRAINING, "draining")
        await asyncio.wait_for(line.client.wait_closed(), PATIENCE_SECONDS)


class TestId:
    async def test_is_the_origins_connection(self, sockets: Exchange) -> None:
        line = await sockets.line()
        assert "connection-1" == line.connection.id == line.connection.origin.connection
