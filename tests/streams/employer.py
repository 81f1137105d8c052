"""Agents at work in the test's own process, on the real stores; whatever they open is closed at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self

import pytest
from redis.asyncio import Redis

from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from streams.runtime.agents import Agent
from streams.runtime.records import Record, Run

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.01


class Employer:
    """Runs agents as the runtime would: started, at work, revoked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._closing: list[Callable[[], Awaitable[object]]] = []
        self._working: list[tuple[Agent, asyncio.Task[None]]] = []
        for type_ in (Postgres, Cassandra):
            monkeypatch.setattr(type_, "connect", self._noting(type_.connect))
        monkeypatch.setattr(cache, "connect", self._noting_redis(cache.connect))

    def _noting(self, connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noted(settings: StoreSettings) -> Any:
            store = await connect(settings)
            self._closing.append(store.close)
            return store

        return noted

    def _noting_redis(self, connect: Callable[[StoreSettings], Redis]) -> Callable[[StoreSettings], Redis]:
        def noted(settings: StoreSettings) -> Redis:
            redis = connect(settings)
            self._closing.append(redis.aclose)
            return redis

        return noted

    async def __aenter__(self) -> Self:
        return self

    async def hire(self, agent: Agent) -> None:
        await agent.start()
        self._working.append((agent, asyncio.create_task(agent.work())))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for agent, working in self._working:
            await agent.revoked()
            working.cancel()
            await asyncio.wait([working])
        for close in reversed(self._closing):
            await close()


class Task:
    """A run that an agent was given."""

    def __init__(self, agent: Agent, records: Sequence[Record]) -> None:
        self._done = asyncio.Event()
        agent.put(Run(records[0].partition, records, self._done.set))

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    async def done(self) -> None:
        """Acknowledged, in good time."""
        await asyncio.wait_for(self._done.wait(), PATIENCE_SECONDS)


async def until(is_so: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for what only looking tells."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not await is_so():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(LOOK_SECONDS)


async def until_waiting(caplog: pytest.LogCaptureFixture, store: str) -> None:
    """Until an agent has found that a store is away, and means to try again."""

    async def is_waiting() -> bool:
        return any(store in text and "again in" in text for text in caplog.messages)

    await until(is_waiting, f"nobody waits for {store}")
