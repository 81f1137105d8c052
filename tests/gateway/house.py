"""A whole gateway in the test's own process, on the real stores, and people who call it over real sockets.

No agent runs beside it: a test says itself, on the gateway's stream, what the presence agent would say.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from confluent_kafka import Consumer, Message, TopicPartition
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server
from websockets.exceptions import ConnectionClosed

from gateway import freshness
from gateway.__main__ import Gateway, _gateway
from gateway.listening import SUBPROTOCOL
from gateway.settings import GatewaySettings
from infra.stores.accounts import Accounts, NewAccount
from infra.stores.devices import Devices, NewDevice
from infra.stores.ending import end
from infra.stores.line import Line
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.outbound_streams import publish
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.view import View
from schemas import tickets
from schemas.outbound import Item, Kind
from schemas.sealing import new_data_key
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, PRESENCE_EVENTS, Topic
from tests.infra.stores.connecting import TEST_TOPIC, Opened, new_id

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.01

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who is signed in on one device."""

    user_id: str
    device_id: str


class Caller:
    """The client's end of a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def say(self, *frames: Frame | bytes | str) -> None:
        for frame in frames:
            await self._socket.send(msgspec.json.encode(frame) if isinstance(frame, dict) else frame, text=True)

    async def heard(self) -> Frame:
        frame: Frame = msgspec.json.decode(await asyncio.wait_for(self._socket.recv(), PATIENCE_SECONDS))
        return frame

    async def types(self, count: int) -> list[str]:
        return [(await self.heard())["type"] for _ in range(count)]

    async def hang_up(self) -> None:
        await self._socket.close()

    async def close_code(self) -> int | None:
        """The code with which the gateway closes, after whatever it still sends."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while True:
                    await self._socket.recv()
            except ConnectionClosed:
                return self._socket.close_code


class House:
    """The gateway, its address and its surroundings."""

    def __init__(
        self, settings: GatewaySettings, gateway: Gateway, server: Server, postgres: Postgres, redis: Redis
    ) -> None:
        self.settings = settings
        self.gateway = gateway
        self.server = server
        self.postgres = postgres
        self.redis = redis
        self.log = Log(settings.kafka_bootstrap)
        self._callers = AsyncExitStack()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{next(iter(self.server.sockets)).getsockname()[1]}"

    async def epoch(self) -> str:
        """What names the log."""
        return await LogEnds(self.settings.kafka_bootstrap).epoch(CONVERSATION_EVENTS)

    async def person(self) -> Person:
        person = Person(new_id(), new_id())
        wrapped = new_data_key(self.settings.master_key_bytes(), person.user_id)
        account = NewAccount(person.user_id, f"h.{person.user_id[:8]}", "Alice", "a hash", wrapped)
        assert await Accounts(self.postgres).create(account)
        devices = Devices(self.postgres, grace_seconds=10, life_seconds=1_000)
        assert await devices.add(NewDevice(person.device_id, person.user_id, "phone"), "a hash", new_id().encode())
        return person

    def hello(self, person: Person, life_seconds: int = tickets.LIFE_SECONDS) -> Frame:
        now_ms = int(time.time() * 1000)
        secret = self.settings.token_secret_bytes()
        ticket = tickets.issue(secret, person.user_id, person.device_id, now_ms, life_seconds)
        return {"type": "Hello", "ticket": ticket}

    async def call(self, address: str | None = None) -> Caller:
        url = f"ws://{address or self.address}/v1/socket"
        socket = connect(url, subprotocols=[SUBPROTOCOL], max_queue=None, close_timeout=1)
        return Caller(await self._callers.enter_async_context(socket))

    async def welcomed(self, person: Person) -> tuple[Caller, str]:
        """A caller who was let in but is not registered yet, and the connection's id."""
        caller = await self.call()
        await caller.say(self.hello(person))
        welcome = await caller.heard()
        assert "Welcome" == welcome["type"]
        return caller, welcome["connection_id"]

    async def live(self, person: Person) -> Caller:
        caller, connection_id = await self.welcomed(person)
        await self.tell(Item(Kind.REGISTERED, (connection_id,), b""))
        assert ["Snapshot", "Synced"] == await caller.types(2)
        return caller

    async def tell(self, *items: Item) -> None:
        """Say something on the gateway's stream, as agents do."""
        stream = self.gateway.incarnation.stream
        assert stream is not None
        line = Line(self.redis)
        await publish(line, {stream: items})
        await line.close()

    async def views_are_fresh(self) -> None:
        """The views say that they have folded all that the log holds."""
        ends = await LogEnds(self.settings.kafka_bootstrap).ends(TEST_TOPIC)
        for view in AWAITED:
            await Positions(self.redis).advance(view, ends)

    async def close(self) -> None:
        await self._callers.aclose()
        self.log.close()


class Log:
    """What was appended since the test began."""

    def __init__(self, bootstrap: str) -> None:
        options = {"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False}
        self._consumer = Consumer(options)
        self._found: list[Message] = []
        self._consumer.assign(
            [
                TopicPartition(topic.name, number, self._end(topic, number))
                for topic in (CONVERSATION_COMMANDS, PRESENCE_EVENTS)
                for number in range(topic.partitions)
            ]
        )

    def _end(self, topic: Topic, number: int) -> int:
        return self._consumer.get_watermark_offsets(TopicPartition(topic.name, number), timeout=PATIENCE_SECONDS)[1]

    async def records(self, topic: Topic, user_id: str, count: int) -> list[Message]:
        """The first records that tell of a user, as soon as they are there."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while len(found := list(self._of(topic, user_id))) < count:
            assert asyncio.get_running_loop().time() < deadline, f"only {len(found)} of {count} are in the log"
            self._found += await asyncio.to_thread(self._consumer.consume, 1_000, 0.05)
        return found[:count]

    async def values(self, topic: Topic, user_id: str, count: int) -> list[Frame]:
        return [msgspec.json.decode(one.value() or b"") for one in await self.records(topic, user_id, count)]

    def _of(self, topic: Topic, user_id: str) -> Iterable[Message]:
        """Without what a presence agent that runs beside derives from it."""
        for one in self._found:
            value = one.value() or b""
            if one.topic() == topic.name and user_id.encode() in value and b'"Went' not in value:
                yield one

    def close(self) -> None:
        self._consumer.close()


AWAITED = (View(new_id(), 1), View(new_id(), 1))


class Houses:
    """Opens a gateway with the settings that a test wants; all are closed at its end."""

    def __init__(
        self, settings: GatewaySettings, postgres: Postgres, redis: Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.settings = settings
        self._postgres = postgres
        self._redis = redis
        self._closing = AsyncExitStack()
        # Views and a log that no agent folds: they are as far as the test says.
        monkeypatch.setattr(LiveViews, "awaited", lambda *_: AWAITED)
        monkeypatch.setattr(freshness, "CONVERSATION_EVENTS", TEST_TOPIC)
        self._opened = Opened(monkeypatch)

    async def open(self, *, are_views_fresh: bool = True, **changed: object) -> House:
        settings = self.settings.model_copy(update={"gateway_port": 0, **changed})
        appender = Appender(settings.kafka_bootstrap, settings.gateway_name)
        await appender.append(TEST_TOPIC.name, b"{}")
        gateway = await _gateway(settings, appender)
        server = await self._closing.enter_async_context(_serving(gateway, appender))
        house = House(settings, gateway, server, self._postgres, self._redis)
        self._closing.push_async_callback(house.close)
        if are_views_fresh:
            await house.views_are_fresh()
        return house

    async def close(self) -> None:
        await self._closing.aclose()
        await self._opened.close()


@asynccontextmanager
async def _serving(gateway: Gateway, appender: Appender) -> AsyncIterator[Server]:
    works = [asyncio.create_task(work) for work in gateway.works()]
    async with gateway.server.listen() as server:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while gateway.incarnation.name is None:  # noqa: ASYNC110 — nothing tells when a life begins
                await asyncio.sleep(LOOK_SECONDS)
        yield server
    await appender.drain(PATIENCE_SECONDS)
    await end(works)
