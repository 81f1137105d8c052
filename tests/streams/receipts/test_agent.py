"""The receipts agent on the real Cassandra: rows of a batch are durable when its runs are acknowledged."""

from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from infra.stores.cassandra import Cassandra
from infra.stores.positions import Positions
from infra.stores.receipts import Passed, Receipts
from infra.stores.versions import fixed
from infra.stores.view import View
from schemas.events import AnyEvent
from schemas.times import timestamp
from streams.receipts.agent import RECEIPTS
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from streams.runtime.views import ProjectionAgent
from tests.builders import BOB, START_MS, broken_record, delivered, read, record, sent
from tests.infra.stores.connecting import new_id
from tests.streams.employer import Employer, Task, until, until_waiting
from tests.streams.gate import gate_to

FIRST_OFFSET = 40
VIEW = View("receipts", 1)


class House:
    """An agent at work, and the view that it writes."""

    def __init__(self, agent: ProjectionAgent, receipts: Receipts) -> None:
        self.agent = agent
        self._receipts = receipts
        self.conversation_id = new_id()

    def talk(self) -> list[Record]:
        """Bob gets the first message after a second, reads it after two, and the second one after three."""
        here = self.conversation_id
        return records(
            [
                sent(1, conversation_id=here),
                sent(2, conversation_id=here),
                delivered(1, conversation_id=here, at=timestamp(START_MS + 1000)),
                read(1, conversation_id=here, at=timestamp(START_MS + 2000)),
                read(2, 1, conversation_id=here, delivered_from_seq=1, at=timestamp(START_MS + 3000)),
            ]
        )

    async def passed(self) -> list[Passed]:
        """When Bob passed seqs 1, 2 and 3."""
        found = [await self._receipts.passed(self.conversation_id, [BOB], seq) for seq in (1, 2, 3)]
        return [one[BOB] for one in found]


TOLD = [Passed(START_MS + 1000, START_MS + 2000), Passed(START_MS + 3000, START_MS + 3000), Passed()]
NOTHING = [Passed()] * 3


async def house_of(employer: Employer, cassandra: Cassandra, settings: StreamSettings) -> House:
    agent = ProjectionAgent(settings, RECEIPTS, 1)
    await employer.hire(agent)
    return House(agent, await Receipts.prepare(cassandra, fixed(1), is_one_replica_set=True))


@pytest.fixture
async def house(employer: Employer, cassandra: Cassandra, settings: StreamSettings) -> House:
    return await house_of(employer, cassandra, settings)


def records(events: Sequence[AnyEvent]) -> list[Record]:
    return [record(event, offset) for offset, event in enumerate(events, FIRST_OFFSET)]


class TestFlush:
    async def test_rows_are_there_once_acknowledged(self, house: House) -> None:
        await Task(house.agent, house.talk()).done()
        assert TOLD == await house.passed()

    async def test_repeated_batches_change_nothing(self, house: House) -> None:
        talk = house.talk()
        await Task(house.agent, talk).done()
        await Task(house.agent, talk[2:4]).done()
        await Task(house.agent, talk).done()
        assert TOLD == await house.passed()

    async def test_what_moves_nothing_is_acknowledged_too(self, house: House) -> None:
        await Task(house.agent, house.talk()[:2]).done()
        assert NOTHING == await house.passed()

    async def test_what_cannot_be_read_is_said_and_passed_over(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        await Task(house.agent, [broken_record(None, offset=39), *house.talk()]).done()
        assert TOLD == await house.passed()
        assert ["CRITICAL"] == [one.levelname for one in caplog.records if "offset 39" in one.message]


class TestPosition:
    async def test_published_once_folded(self, house: House, redis: Redis) -> None:
        await redis.delete(VIEW.key)
        await Task(house.agent, house.talk()).done()

        async def is_published() -> bool:
            return await Positions(redis).read(VIEW) == {0: FIRST_OFFSET + 5}

        await until(is_published, "the position")


class TestCassandraAway:
    async def test_the_batch_waits_for_it(
        self,
        employer: Employer,
        cassandra: Cassandra,
        settings: StreamSettings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async with gate_to(settings.cassandra_port) as gate:
            behind = settings.model_copy(update={"cassandra_port": gate.port})
            house = await house_of(employer, cassandra, behind)
            await gate.shut()
            task = Task(house.agent, house.talk())
            await until_waiting(caplog, "the receipts")
            before = task.is_done, await house.passed()
            await gate.open()
            await task.done()
            assert ((False, NOTHING), TOLD) == (before, await house.passed())
