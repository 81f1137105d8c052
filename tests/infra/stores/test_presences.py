"""How people's presence is, and when they were last seen: from Redis, and from PostgreSQL where that forgot."""

import pytest
from redis.asyncio import Redis

from infra.stores.connection_cache import ConnectionCache
from infra.stores.last_seen import LastSeen
from infra.stores.postgres import Postgres
from infra.stores.presences import Presence, Presences
from schemas.outbound import Connection, Connections
from schemas.times import timestamp
from tests.builders import PHONE, START_MS, reachable
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")

EARLIER, LATER = timestamp(START_MS), timestamp(START_MS + 1)


class TestLastSeen:
    async def test_only_grows(self, postgres: Postgres) -> None:
        last_seen, one, two = LastSeen(postgres), new_id(), new_id()
        await last_seen.write({one: LATER, two: EARLIER})
        await last_seen.write({one: EARLIER, two: LATER})
        assert {one: LATER, two: LATER} == await last_seen.read([one, two, new_id()])

    async def test_nobody(self, postgres: Postgres) -> None:
        await LastSeen(postgres).write({})
        assert {} == await LastSeen(postgres).read([])


class TestRead:
    async def test_online_silent_gone_forgotten_and_never_seen(self, redis: Redis, postgres: Postgres) -> None:
        cache, last_seen = ConnectionCache(redis), LastSeen(postgres)
        online, silent, gone, forgotten, never = (new_id() for _ in range(5))
        quiet = Connection(PHONE, "gateway-1", "1a2b3c", "connection-2", EARLIER, is_silent=True)
        await cache.write(
            {
                online: Connections(1, (reachable("connection-1"), quiet), EARLIER),
                silent: Connections(1, (quiet,), LATER),
                gone: Connections(1, (), LATER),
            }
        )
        await last_seen.write({online: EARLIER, gone: EARLIER, forgotten: EARLIER})
        found = await Presences(cache, last_seen).read([online, silent, gone, forgotten, never])
        assert {
            online: Presence(is_online=True),
            silent: Presence(is_online=False, last_seen_at=LATER),
            gone: Presence(is_online=False, last_seen_at=LATER),
            forgotten: Presence(is_online=False, last_seen_at=EARLIER),
            never: Presence(is_online=False),
        } == found
