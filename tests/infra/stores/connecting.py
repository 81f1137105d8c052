"""Connections to the stores of a stack, for tests; each is closed at the end.

Services may run on the same stack: these tests keep to a topic, a Redis database and ids of their own.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from confluent_kafka.admin import AdminClient
from redis.asyncio import Redis

from infra.local.stack import Stack
from infra.migrations.topics import _new
from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.topics import HOUR_MS, Topic

S = TypeVar("S", bound=StoreSettings)

PREFIX = "BACKCHANNEL_"
TEST_TOPIC = Topic("test.records", "nothing", (), 2, HOUR_MS)
NOWHERE = "127.0.0.1:1"  # nobody listens there


def settings_of(stack: Stack, type_: type[S], **changed: object) -> S:
    """The settings of a process of that stack."""
    found: dict[str, Any] = {name.removeprefix(PREFIX).lower(): value for name, value in stack.environment().items()}
    known = {name: value for name, value in found.items() if name in type_.model_fields}
    known["redis_url"] = known["redis_url"].removesuffix("/0") + "/1"
    return type_(**{**known, **changed})


def object_settings_of(stack: Stack, **changed: object) -> ObjectSettings:
    """How a process of that stack speaks to the object store."""
    prefix = f"{PREFIX}OBJECTS_"
    environment = stack.environment()
    found = {name.removeprefix(prefix).lower(): value for name, value in environment.items() if name.startswith(prefix)}
    return ObjectSettings.model_validate({**found, **changed})


def make_topic(settings: StoreSettings, topic: Topic = TEST_TOPIC) -> None:
    """Make a topic of the tests' own, unless it is there."""
    admin = AdminClient({"bootstrap.servers": settings.kafka_bootstrap})
    if topic.name not in admin.list_topics(timeout=10).topics:
        admin.create_topics([_new(topic, 1)], operation_timeout=10)[topic.name].result()


def new_id() -> str:
    """An id that no other test uses."""
    return str(uuid.uuid4())


@asynccontextmanager
async def cassandra_of(settings: StoreSettings) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(settings)
    yield cassandra
    await cassandra.close()


@asynccontextmanager
async def postgres_of(settings: StoreSettings) -> AsyncIterator[Postgres]:
    postgres = await Postgres.connect(settings)
    try:
        yield postgres
    finally:
        await postgres.close()


@asynccontextmanager
async def redis_of(settings: StoreSettings) -> AsyncIterator[Redis]:
    redis = cache.connect(settings)
    yield redis
    await redis.aclose()


class Opened:
    """The connections that code under test opens from now on and has no word to close."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._closing: list[Callable[[], Awaitable[object]]] = []
        for type_ in (Postgres, Cassandra):
            monkeypatch.setattr(type_, "connect", self._noting(type_.connect))
        monkeypatch.setattr(cache, "connect", self._noting_redis(cache.connect))

    async def close(self) -> None:
        for close in reversed(self._closing):
            await close()

    def _noting(self, connect: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noted(settings: StoreSettings) -> Any:
            store = await connect(settings)
            self._closing.append(store.close)
            return store

        return noted

    def _noting_redis(self, connect: Callable[[StoreSettings], Redis]) -> Callable[[StoreSettings], Redis]:
        def noted(settings: StoreSettings) -> Redis:
            redis = connect(settings)
            self._closing.append(redis.aclose)
            return redis

        return noted
