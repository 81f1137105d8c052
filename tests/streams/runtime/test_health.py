"""`/healthz` and `/readyz` over HTTP: each agent of the process counts."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from streams.runtime import health
from streams.runtime.agents import Running, faust_app
from streams.runtime.settings import StreamSettings
from tests.streams.runtime.listener import Listener, no_fault


@pytest.fixture
async def running() -> list[Running]:
    """Two agents of one process."""
    return [faust_app(Listener(), StreamSettings(stuck_seconds=1), no_fault) for _ in range(2)]


@pytest.fixture
async def client(running: list[Running], unused_tcp_port: int) -> AsyncIterator[httpx.AsyncClient]:
    close = await health.serve(running, "127.0.0.1", unused_tcp_port)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}") as client:
        yield client
    await close()


class TestReadyz:
    async def test_when_all_have_their_partitions(self, running: list[Running], client: httpx.AsyncClient) -> None:
        assert (await client.get("/readyz")).status_code == 503
        await running[0].assigned(frozenset({0}))
        assert (await client.get("/readyz")).json() == {"waiting_for": ["listener"]}
        await running[1].assigned(frozenset())
        assert (await client.get("/readyz")).status_code == 200


class TestHealthz:
    async def test_healthy(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/healthz")).status_code == 200

    async def test_one_stuck_beside_an_idle_one(self, running: list[Running], client: httpx.AsyncClient) -> None:
        running[0].progress.standing_since = running[0].progress._spoke_at = time.monotonic() - 100
        running[1].progress.touch()
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"stuck": ["listener"]})
