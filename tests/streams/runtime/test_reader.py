"""What the reader refuses: a rewind that a rebalance has overtaken, a commit of partitions that are lost; and that it
reads nothing between an assignment and the rewind."""

import asyncio
from collections.abc import Mapping

import pytest
from confluent_kafka import TopicPartition

from streams.runtime.progress import Progress
from streams.runtime.reader import Place, Reader, Runs

PLACE = ("a-topic", 0)


class Owner:
    """Notes what the reader tells."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.reader: Reader | None = None

    def deliver(self, epoch: int, runs: Runs) -> None: ...

    def rewound(self, offsets: Mapping[Place, int | None]) -> None:
        self.told.append("rewound")

    async def assigned(self, places: set[Place]) -> None:
        self.told.append("assigned")

    async def revoked(self, places: set[Place], *, is_lost: bool) -> None:
        assert self.reader is not None
        done = await self.reader.commit({PLACE: 7})
        self.told.append(f"revoked, lost: {is_lost}, committed: {done}")

    def failed(self, fault: BaseException) -> None:
        raise fault

    def pending_records(self, place: Place) -> int:
        return 0

    def standing_since(self) -> float | None:
        return None


@pytest.fixture
async def owner() -> Owner:
    return Owner()


@pytest.fixture
async def reader(owner: Owner) -> Reader:
    """Never started: the test is its thread. The driver's consumer has no broker."""
    config = {"bootstrap.servers": "127.0.0.1:1", "group.id": "nobody", "session.timeout.ms": 6_000, "log_level": 0}
    owner.reader = Reader(config, asyncio.get_running_loop(), owner, Progress())
    return owner.reader


class TestRewind:
    async def test_overtaken_by_a_rebalance(self, reader: Reader, owner: Owner) -> None:
        asked_in = reader.epoch
        reader._new_epoch([TopicPartition(*PLACE)])
        assert reader._rewind(asked_in) == {}
        await asyncio.sleep(0)
        assert owner.told == []
        assert not reader._is_flowing

    async def test_with_nothing_assigned(self, reader: Reader) -> None:
        assert reader._rewind(reader.epoch) == {}
        assert not reader._is_flowing


class TestAssigned:
    async def test_nothing_is_read_before_the_rewind_assigns_it(self, reader: Reader, owner: Owner) -> None:
        """To pause what is assigned, and to resume it later, left a partition unread for good now and then."""
        driver = reader._kafka = Driver()  # type: ignore[assignment]  # the race is the driver's: what is asked of it counts
        await asyncio.to_thread(reader._on_assign, reader._kafka, [TopicPartition(*PLACE)])
        assert [("assign", [])] == driver.asked

        reader._rewind(reader.epoch)

        assert [("assign", []), ("assign", [(*PLACE, 7)])] == driver.asked
        assert reader._is_flowing


class Driver:
    """Notes what is asked of the driver about partitions; it knows nothing of pausing."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[tuple[str, int, int]]]] = []

    def assign(self, places: list[TopicPartition]) -> None:
        self.asked.append(("assign", [(one.topic, one.partition, one.offset) for one in places]))

    def committed(self, places: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        return [TopicPartition(one.topic, one.partition, 7) for one in places]


class TestLost:
    async def test_nothing_is_committed(self, reader: Reader, owner: Owner) -> None:
        """Offsets of a group that went on without us could undo its own."""
        await asyncio.to_thread(reader._on_lost, reader._kafka, [TopicPartition(*PLACE)])
        assert owner.told == ["revoked, lost: True, committed: False"]
