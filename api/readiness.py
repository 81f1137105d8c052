"""Whether the stores answer: asked at most once a second, however often the balancer asks."""

import asyncio
import time
from collections.abc import Awaitable, Mapping

from infra.stores.cache import Redis, available
from infra.stores.cassandra import Cassandra
from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender
from infra.stores.postgres import Postgres
from schemas.topics import CONVERSATION_COMMANDS

FRESH_SECONDS = 1.0
ANSWER_SECONDS = 2.0


class Readiness:
    def __init__(self, postgres: Postgres, redis: Redis, cassandra: Cassandra, appender: Appender) -> None:
        self._postgres = postgres
        self._redis = redis
        self._cassandra = cassandra
        self._appender = appender
        self._looking = asyncio.Lock()
        self._looked_at = -FRESH_SECONDS
        self._found: Mapping[str, bool] = {}

    async def stores(self) -> Mapping[str, bool]:
        """Which stores answer."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= FRESH_SECONDS:
                self._found = await self._look()
                self._looked_at = time.monotonic()
            return self._found

    async def _look(self) -> Mapping[str, bool]:
        questions: dict[str, Awaitable[object]] = {
            "postgres": self._ask_postgres(),
            "redis": self._ask_redis(),
            "cassandra": self._cassandra.execute("SELECT key FROM system.local"),
            "kafka": self._appender.warm_up(CONVERSATION_COMMANDS.name, ANSWER_SECONDS),
        }
        answers = await asyncio.gather(*map(_answers, questions.values()))
        return dict(zip(questions, answers, strict=True))

    async def _ask_postgres(self) -> None:
        async with self._postgres.connection() as connection:
            await connection.execute("SELECT 1")

    async def _ask_redis(self) -> None:
        with available():
            await self._redis.ping()


async def _answers(question: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await question
    except (StoreUnavailable, TimeoutError):
        return False
    return True
