"""Several records at once: acknowledged run by run, bounded, dropped, and a fault that goes up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams.runtime import several
from streams.runtime.records import Record, Run
from streams.runtime.several import Several
from tests.builders import record, sent


class Bench:
    """Work that lasts until the test ends it, record by record."""

    def __init__(self, at_once_max: int = 10) -> None:
        self.several = Several(self._handle, at_once_max)
        self.begun: list[int] = []
        self.acked: list[str] = []
        self._ends: dict[int, asyncio.Event] = {}

    def put(self, name: str, *offsets: int) -> None:
        records = [record(sent(1), offset) for offset in offsets]
        self.several.put(Run(0, records, lambda: self.acked.append(name)))

    def end(self, *offsets: int) -> None:
        for offset in offsets:
            self._end(offset).set()

    async def _handle(self, one: Record) -> None:
        self.begun.append(one.offset)
        await self._end(one.offset).wait()
        if one.offset == 99:
            raise ValueError("broken")

    def _end(self, offset: int) -> asyncio.Event:
        return self._ends.setdefault(offset, asyncio.Event())

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["asyncio.Task[None]"]:
        task = asyncio.create_task(self.several.work())
        yield task
        task.cancel()
        await asyncio.wait([task])


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class TestSeveral:
    async def test_a_run_is_acknowledged_when_all_of_it_is_done(self) -> None:
        bench = Bench()
        async with bench.at_work():
            bench.put("first", 1, 2)
            await settled()
            bench.end(2)
            await settled()
            assert ([1, 2], []) == (bench.begun, bench.acked)
            bench.end(1)
            await settled()
            assert ["first"] == bench.acked

    async def test_a_slow_one_holds_up_nobody_else(self) -> None:
        bench = Bench()
        async with bench.at_work():
            bench.put("slow", 1)
            bench.put("quick", 2)
            bench.end(2)
            await settled()
            assert ["quick"] == bench.acked

    async def test_no_more_at_once_than_said(self) -> None:
        bench = Bench(at_once_max=2)
        async with bench.at_work():
            bench.put("run", 1, 2, 3, 4)
            await settled()
            assert [1, 2] == bench.begun
            bench.end(1)
            await settled()
            assert [1, 2, 3] == bench.begun

    async def test_a_fault_goes_up(self) -> None:
        bench = Bench()
        async with bench.at_work() as work:
            bench.put("run", 99)
            bench.end(99)
            with pytest.raises(ExceptionGroup):
                await asyncio.wait_for(work, 1)
            assert not bench.acked


class TestDrop:
    async def test_what_is_queued_is_forgotten_and_what_is_under_way_is_cancelled(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(several, "FINISH_SECONDS", 0.01)
        bench = Bench(at_once_max=1)
        async with bench.at_work() as work:
            bench.put("under way", 1, 2)
            bench.put("queued", 3)
            await settled()
            await bench.several.drop()
            bench.end(1, 2, 3)
            await settled()
            assert ([1], []) == (bench.begun, bench.acked)
            bench.put("after", 4)
            bench.end(4)
            await settled()
            assert (["after"], False) == (bench.acked, work.done())

    async def test_what_ends_in_time_is_acknowledged(self) -> None:
        bench = Bench()
        async with bench.at_work():
            bench.put("run", 1)
            await settled()
            asyncio.get_running_loop().call_later(0.05, bench.end, 1)
            await bench.several.drop()
            await settled()
            assert ["run"] == bench.acked
