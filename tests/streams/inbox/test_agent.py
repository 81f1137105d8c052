"""The inbox agent on the real PostgreSQL: conversations have moved when their runs are acknowledged."""

from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from infra.stores.inbox import Inbox
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.view import View
from streams.inbox.agent import INBOX
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from streams.runtime.views import ProjectionAgent
from tests.builders import BOB, broken_record, record, refused, sent
from tests.infra.stores.connecting import new_id
from tests.streams.employer import Employer, Task, until, until_waiting
from tests.streams.gate import gate_to

FIRST_OFFSET = 40
VIEW = View("inbox", 2)


class House:
    """An agent at work, and what Bob sees of the view that it writes."""

    def __init__(self, agent: ProjectionAgent, inbox: Inbox) -> None:
        self.agent = agent
        self._inbox = inbox
        self.conversation_id = new_id()

    def talk(self, first: int, last: int) -> list[Record]:
        """Alice writes to Bob."""
        return [
            record(sent(seq, conversation_id=self.conversation_id), FIRST_OFFSET + seq)
            for seq in range(first, last + 1)
        ]

    async def seen(self) -> tuple[int, int] | None:
        """Head and unread."""
        one = await self._inbox.one(BOB, self.conversation_id)
        return None if one is None else (one.head_seq, one.unread)


async def house_of(employer: Employer, postgres: Postgres, settings: StreamSettings) -> House:
    agent = ProjectionAgent(settings, INBOX, 2)
    await employer.hire(agent)
    return House(agent, Inbox(postgres))


@pytest.fixture
async def house(employer: Employer, postgres: Postgres, settings: StreamSettings) -> House:
    return await house_of(employer, postgres, settings)


class TestFlush:
    async def test_moved_once_acknowledged(self, house: House) -> None:
        await Task(house.agent, house.talk(1, 3)).done()
        assert (3, 3) == await house.seen()

    async def test_batch_after_batch(self, house: House) -> None:
        await Task(house.agent, house.talk(1, 2)).done()
        await Task(house.agent, house.talk(3, 5)).done()
        assert (5, 5) == await house.seen()

    async def test_repeated_batches_change_nothing(self, house: House) -> None:
        await Task(house.agent, house.talk(1, 2)).done()
        await Task(house.agent, house.talk(3, 5)).done()
        await Task(house.agent, house.talk(1, 2)).done()
        await Task(house.agent, house.talk(2, 5)).done()
        assert (5, 5) == await house.seen()

    async def test_what_moves_nothing_is_acknowledged_too(self, house: House) -> None:
        await Task(house.agent, [record(refused(conversation_id=house.conversation_id)), broken_record(1)]).done()
        assert await house.seen() is None


class TestPosition:
    async def test_published_once_folded(self, house: House, redis: Redis) -> None:
        await redis.delete(VIEW.key)
        await Task(house.agent, house.talk(1, 3)).done()

        async def is_published() -> bool:
            return await Positions(redis).read(VIEW) == {0: FIRST_OFFSET + 4}

        await until(is_published, "the position")


class TestPostgresAway:
    async def test_the_batch_waits_for_it(
        self,
        employer: Employer,
        postgres: Postgres,
        settings: StreamSettings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        dsn = settings.postgres_dsn.get_secret_value()
        port = urlsplit(dsn).port
        assert port is not None
        async with gate_to(port) as gate:
            behind = {"postgres_dsn": SecretStr(dsn.replace(str(port), str(gate.port)))}
            house = await house_of(employer, postgres, settings.model_copy(update=behind))
            await Task(house.agent, house.talk(1, 1)).done()
            await gate.shut()
            task = Task(house.agent, house.talk(2, 3))
            await until_waiting(caplog, "the inbox")
            before = task.is_done, await house.seen()
            await gate.open()
            await task.done()
            assert ((False, (1, 1)), (3, 3)) == (before, await house.seen())
