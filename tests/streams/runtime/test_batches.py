"""Adaptive batches: what queues during a flush goes with the next, and a revocation drops what was not begun."""

import asyncio
from collections.abc import Sequence

import pytest

from streams.runtime import batches
from streams.runtime.batches import Batches
from streams.runtime.records import Run
from tests.streams.runtime.builders import a_run


class Store:
    """Notes the first offsets of each batch; a batch takes until `doors` are open."""

    def __init__(self) -> None:
        self.flushed: list[list[int]] = []
        self.begun = asyncio.Event()
        self.doors = asyncio.Event()

    async def flush(self, runs: Sequence[Run]) -> None:
        self.flushed.append([run.records[0].offset for run in runs])
        self.begun.set()
        await self.doors.wait()


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class TestWork:
    async def test_all_that_queued_goes_with_the_next_flush(self) -> None:
        store, acked = Store(), list[int]()
        agent = Batches(store.flush)
        work = asyncio.create_task(agent.work())
        agent.put(a_run(0, acked=acked))
        await store.begun.wait()
        for start in (1, 2, 3):
            agent.put(a_run(start, acked=acked))
        await settled()
        assert (store.flushed, acked) == ([[0]], [])
        store.doors.set()
        await settled()
        assert (store.flushed, acked) == ([[0], [1, 2, 3]], [0, 1, 2, 3])
        work.cancel()

    async def test_bounded(self) -> None:
        store = Store()
        store.doors.set()
        agent = Batches(store.flush, records_max=10)
        for start in (0, 4, 8, 12, 30):
            agent.put(a_run(start, 18 if start == 12 else 4))
        work = asyncio.create_task(agent.work())
        await settled()
        assert store.flushed == [[0, 4], [8], [12], [30]]
        work.cancel()

    async def test_fault_goes_up_and_nothing_is_acknowledged(self) -> None:
        async def flush(_: Sequence[Run]) -> None:
            raise ZeroDivisionError

        acked: list[int] = []
        agent = Batches(flush)
        agent.put(a_run(0, acked=acked))
        with pytest.raises(ZeroDivisionError):
            await agent.work()
        assert acked == []


class TestDrop:
    async def test_waits_for_what_is_in_flight_and_forgets_the_rest(self) -> None:
        store, acked = Store(), list[int]()
        agent = Batches(store.flush)
        work = asyncio.create_task(agent.work())
        agent.put(a_run(0, acked=acked))
        await store.begun.wait()
        agent.put(a_run(1, acked=acked))
        dropping = asyncio.create_task(agent.drop())
        await settled()
        assert not dropping.done()
        store.doors.set()
        await dropping
        await settled()
        assert (store.flushed, acked) == ([[0]], [0])
        work.cancel()

    async def test_gives_up_when_the_store_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And the flush is over when it returns: what it did afterwards would be of another assignment."""
        monkeypatch.setattr(batches, "FINISH_SECONDS", 0.01)
        store, acked = Store(), list[int]()
        agent = Batches(store.flush)
        work = asyncio.create_task(agent.work())
        agent.put(a_run(0, acked=acked))
        await store.begun.wait()
        await agent.drop()
        assert agent._in_flight is not None
        assert agent._in_flight.cancelled()
        store.doors.set()
        await settled()
        assert acked == []
        work.cancel()

    async def test_goes_on_with_the_next_assignment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "FINISH_SECONDS", 0.01)
        store, acked = Store(), list[int]()
        agent = Batches(store.flush)
        work = asyncio.create_task(agent.work())
        agent.put(a_run(0, acked=acked))
        await store.begun.wait()
        await agent.drop()
        store.doors.set()
        agent.put(a_run(7, acked=acked))
        await settled()
        assert acked == [7]
        work.cancel()

    async def test_nothing_in_flight(self) -> None:
        await Batches(Store().flush).drop()
