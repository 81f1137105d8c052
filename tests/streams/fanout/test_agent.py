"""The fan-out agent on the real stores: finished frames are on gateways' streams when runs are acknowledged."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import msgspec
import pytest
from redis.asyncio import Redis

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.connection_cache import ConnectionCache
from infra.stores.outbound_streams import OutboundStream
from infra.stores.postgres import Postgres
from schemas.bodies import Text
from schemas.events import MessageSent
from schemas.outbound import Connections, Kind, stream_name
from schemas.sealing import DataKey, new_data_key, unwrap
from streams.fanout.agent import FanOutAgent
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from tests.builders import broken_record, reachable, record, sent
from tests.infra.stores.connecting import new_id
from tests.streams.employer import Employer, Task, until_waiting
from tests.streams.gate import gate_to


class Author:
    """Someone with an account, whose key seals what they write to Bob."""

    def __init__(self, user_id: str, key: DataKey) -> None:
        self.user_id = user_id
        self._key = key
        self.bob = new_id()
        self.conversation_id = new_id()

    def says(self, *texts: str, first: int = 1) -> list[Record]:
        events = [self._message(seq, text) for seq, text in enumerate(texts, first)]
        return [record(event, event.seq) for event in events]

    def _message(self, seq: int, text: str) -> MessageSent:
        names = {"conversation_id": self.conversation_id, "sender_id": self.user_id, "client_id": f"m{seq}"}
        return sent(
            seq,
            actor_id=self.user_id,
            conversation_id=self.conversation_id,
            body=self._key.seal(Text(text), **names),
            member_ids=(self.user_id, self.bob) if seq == 1 else None,
        )


class Gateway:
    """A gateway's stream, and Bob's connection to it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.incarnation = new_id()
        self.stream = OutboundStream(redis, stream_name("gateway-1", self.incarnation))
        self.connection = new_id()

    async def welcomes(self, user_id: str) -> None:
        here = reachable(self.connection, incarnation=self.incarnation)
        await ConnectionCache(self._redis).write({user_id: Connections(0, (here,))})

    async def got(self) -> list[tuple[int, str]]:
        """Seqs and texts of the messages that are there, all of them for this connection."""
        items = await self.stream.read(0)
        assert {(Kind.FRAME, (self.connection,))} >= {(item.kind, item.connections) for item in items}
        frames = [msgspec.json.decode(item.payload) for item in items]
        return [(frame["seq"], frame["body"]["text"]) for frame in frames]


@pytest.fixture
async def author(postgres: Postgres, settings: StreamSettings) -> Author:
    user_id, master = new_id(), settings.master_key_bytes()
    wrapped = new_data_key(master, user_id)
    assert await Accounts(postgres).create(NewAccount(user_id, f"h.{user_id[:8]}", "Alice", "a hash", wrapped))
    return Author(user_id, unwrap(master, user_id, wrapped))


@pytest.fixture
async def gateway(redis: Redis, author: Author) -> AsyncIterator[Gateway]:
    made = Gateway(redis)
    await made.stream.create()
    await made.welcomes(author.bob)
    yield made
    await made.stream.delete()
    await made.stream.close()


@pytest.fixture
async def agent(employer: Employer, settings: StreamSettings) -> FanOutAgent:
    made = FanOutAgent(settings)
    await employer.hire(made)
    return made


class TestFlush:
    async def test_frames_are_there_once_acknowledged(
        self, agent: FanOutAgent, author: Author, gateway: Gateway
    ) -> None:
        await Task(agent, author.says("hello", "Bob")).done()
        assert [(1, "hello"), (2, "Bob")] == await gateway.got()

    async def test_the_second_record_of_a_seq_is_not_shown(
        self, agent: FanOutAgent, author: Author, gateway: Gateway
    ) -> None:
        await Task(agent, author.says("hello", "Bob")).done()
        await Task(agent, author.says("hello again", "Bob", "!")).done()
        assert [(1, "hello"), (2, "Bob"), (3, "!")] == await gateway.got()

    async def test_shown_again_by_who_gets_the_partition_back(
        self, agent: FanOutAgent, author: Author, gateway: Gateway
    ) -> None:
        """Another may have had it meanwhile, and not have come so far. Clients drop it by its seq."""
        await Task(agent, author.says("hello", "Bob")).done()
        await agent.revoked()
        await Task(agent, author.says("Bob", first=2)).done()
        assert [(1, "hello"), (2, "Bob"), (2, "Bob")] == await gateway.got()

    async def test_a_successor_knows_who_is_a_member(
        self, agent: FanOutAgent, author: Author, gateway: Gateway, employer: Employer, settings: StreamSettings
    ) -> None:
        await Task(agent, author.says("hello")).done()
        successor = FanOutAgent(settings)
        await employer.hire(successor)
        await Task(successor, author.says("Bob", first=2)).done()
        assert [(1, "hello"), (2, "Bob")] == await gateway.got()

    async def test_what_cannot_be_read_holds_nobody_up(
        self, agent: FanOutAgent, author: Author, gateway: Gateway
    ) -> None:
        await Task(agent, [broken_record(7), *author.says("hello")]).done()
        assert [(1, "hello")] == await gateway.got()

    async def test_a_dead_gateways_stream_is_not_made(
        self, agent: FanOutAgent, author: Author, gateway: Gateway, redis: Redis
    ) -> None:
        await gateway.stream.delete()
        await Task(agent, author.says("hello")).done()
        assert 0 == await redis.exists(gateway.stream.name)


class TestStoresAway:
    async def test_redis(
        self,
        author: Author,
        gateway: Gateway,
        employer: Employer,
        settings: StreamSettings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async with gate_to(_port(settings.redis_url)) as gate:
            url = settings.redis_url.replace(str(_port(settings.redis_url)), str(gate.port))
            agent = FanOutAgent(settings.model_copy(update={"redis_url": url}))
            await employer.hire(agent)
            await Task(agent, author.says("hello")).done()
            await gate.shut()
            task = Task(agent, author.says("Bob", first=2))
            await until_waiting(caplog, "the connection cache")
            before = task.is_done, await gateway.got()
            await gate.open()
            await task.done()
            assert ((False, [(1, "hello")]), [(2, "Bob")]) == (before, await gateway.got())


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
