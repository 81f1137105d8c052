"""The tail of a partition: from an offset to the end as it was when it was opened, nothing more and nothing less."""

from collections.abc import AsyncIterator

import pytest

from infra.stores.faults import StoreUnavailable
from streams.runtime import tail as module
from streams.runtime.tail import Tail, TailTruncated
from tests.streams.runtime.workers import Group

RECORDS = 1_200


@pytest.fixture
async def tail(group: Group, bootstrap: str) -> AsyncIterator[Tail]:
    group.produce(RECORDS, partition=2)
    tail = Tail(bootstrap, group.name, 2)
    yield tail
    await tail.close()


async def offsets(tail: Tail) -> list[int]:
    return [record.offset async for chunk in tail.chunks() for record in chunk]


class TestChunks:
    @pytest.mark.parametrize("start", [0, 1, RECORDS - 1, RECORDS])
    async def test_from_the_start_to_the_end(self, tail: Tail, start: int) -> None:
        await tail.open(start)
        assert await offsets(tail) == list(range(start, RECORDS))

    async def test_what_comes_later_is_not_the_tails(self, tail: Tail, group: Group) -> None:
        await tail.open(RECORDS)
        group.produce(10, partition=2)
        assert (tail.end, await offsets(tail)) == (RECORDS, [])

    async def test_empty_partition(self, group: Group, bootstrap: str) -> None:
        tail = Tail(bootstrap, group.name, 0)
        await tail.open(0)
        assert await offsets(tail) == []
        await tail.close()


class TestOpen:
    async def test_refused_beyond_the_end(self, tail: Tail) -> None:
        with pytest.raises(TailTruncated):
            await tail.open(RECORDS + 1)

    async def test_unavailable_without_a_broker(self, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
        monkeypatch.setattr(module, "BROKER_ANSWER_SECONDS", 0.2)
        tail = Tail(f"127.0.0.1:{unused_tcp_port}", "nowhere", 0)
        with pytest.raises(StoreUnavailable):
            await tail.open(0)
        await tail.close()
