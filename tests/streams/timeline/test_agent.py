"""The timeline agent on the real Cassandra: rows of a batch are durable when its runs are acknowledged."""

from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from infra.stores.cassandra import Cassandra
from infra.stores.positions import Positions
from infra.stores.timeline import Timeline, TimelineRow
from infra.stores.versions import fixed
from infra.stores.view import View
from schemas.codec import encode
from schemas.events import AnyEvent
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from streams.runtime.views import ProjectionAgent
from streams.timeline.agent import TIMELINE
from tests.builders import broken_record, edited, record, refused, sent
from tests.infra.stores.connecting import new_id
from tests.streams.employer import Employer, Task, until, until_waiting
from tests.streams.gate import gate_to

FIRST_OFFSET = 40
VIEW = View("timeline", 1)


class House:
    """An agent at work, and the view that it writes."""

    def __init__(self, agent: ProjectionAgent, timeline: Timeline) -> None:
        self.agent = agent
        self._timeline = timeline
        self.conversation_id = new_id()

    def talk(self, count: int) -> list[Record]:
        return records([sent(seq, conversation_id=self.conversation_id) for seq in range(1, count + 1)])

    async def rows(self) -> list[TimelineRow]:
        return await self._timeline.read(self.conversation_id, 1, 1_000)


async def house_of(employer: Employer, cassandra: Cassandra, settings: StreamSettings) -> House:
    agent = ProjectionAgent(settings, TIMELINE, 1)
    await employer.hire(agent)
    return House(agent, await Timeline.prepare(cassandra, fixed(1), is_one_replica_set=True))


@pytest.fixture
async def house(employer: Employer, cassandra: Cassandra, settings: StreamSettings) -> House:
    return await house_of(employer, cassandra, settings)


def records(events: Sequence[AnyEvent]) -> list[Record]:
    return [record(event, offset) for offset, event in enumerate(events, FIRST_OFFSET)]


def values(rows: Sequence[TimelineRow]) -> list[tuple[int, bytes | None]]:
    return [(row.seq, row.event) for row in rows]


class TestFlush:
    async def test_rows_are_there_once_acknowledged(self, house: House) -> None:
        talk = house.talk(3)
        await Task(house.agent, talk).done()
        assert [(seq, one.value) for seq, one in enumerate(talk, 1)] == values(await house.rows())

    async def test_a_repeated_batch_changes_nothing(self, house: House) -> None:
        talk = house.talk(3)
        await Task(house.agent, talk).done()
        before = await house.rows()
        await Task(house.agent, talk).done()
        await Task(house.agent, talk[1:2]).done()
        assert before == await house.rows()

    async def test_the_first_record_of_a_seq_wins(self, house: House) -> None:
        first = sent(1, conversation_id=house.conversation_id)
        second = sent(1, conversation_id=house.conversation_id, digest=b"another")
        await Task(house.agent, [record(second, FIRST_OFFSET + 1)]).done()
        await Task(house.agent, [record(first, FIRST_OFFSET)]).done()
        assert [(1, encode(first))] == values(await house.rows())

    async def test_an_edit_is_laid_beside_its_message(self, house: House) -> None:
        message = sent(1, conversation_id=house.conversation_id)
        edit = edited(2, message)
        await Task(house.agent, records([message, edit])).done()
        first, second = await house.rows()
        assert ({2: encode(edit)}, encode(message), encode(edit)) == (dict(first.edits), first.event, second.event)

    async def test_what_has_no_place_in_the_timeline_is_acknowledged_too(self, house: House) -> None:
        await Task(house.agent, [record(refused(conversation_id=house.conversation_id))]).done()
        assert [] == await house.rows()

    async def test_what_cannot_be_read_gets_its_row(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        broken = broken_record(1)
        broken = Record("conversation.events", 0, 0, 0, house.conversation_id.encode(), broken.value, broken.headers)
        await Task(house.agent, [broken]).done()
        (row,) = await house.rows()
        assert (None, True) == (row.event, bool(row.unreadable))
        assert ["CRITICAL"] == [one.levelname for one in caplog.records if house.conversation_id in one.message]


class TestPosition:
    async def test_published_once_folded(self, house: House, redis: Redis) -> None:
        await redis.delete(VIEW.key)
        await Task(house.agent, house.talk(3)).done()

        async def is_published() -> bool:
            return await Positions(redis).read(VIEW) == {0: FIRST_OFFSET + 3}

        await until(is_published, "the position")

    async def test_published_before_the_partition_goes(self, house: House, redis: Redis) -> None:
        await redis.delete(VIEW.key)
        await Task(house.agent, house.talk(3)).done()
        await house.agent.revoked()
        assert await Positions(redis).read(VIEW) == {0: FIRST_OFFSET + 3}


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
            task = Task(house.agent, house.talk(2))
            await until_waiting(caplog, "the timeline")
            before = task.is_done, await house.rows()
            await gate.open()
            await task.done()
            assert ((False, []), [1, 2]) == (before, [row.seq for row in await house.rows()])
