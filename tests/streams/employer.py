"""Agents at work in the test's own process, on the real stores; whatever they open is closed at the end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

import pytest

from streams.runtime.agents import Agent
from streams.runtime.records import Record, Run
from tests.infra.stores.connecting import Opened

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.01


class Employer:
    """Runs agents as the runtime would: started, at work, revoked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._opened = Opened(monkeypatch)
        self._working: list[tuple[Agent, asyncio.Task[None]]] = []

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
        await self._opened.close()


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
