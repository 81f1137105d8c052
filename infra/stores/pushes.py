"""Pushes that are under way, in PostgreSQL: the durable mark that makes each visible one come at most once.

A push is marked as started before its provider is asked. Who finds one that was started long ago and has no outcome
(its process died, or no answer came) cannot know whether it was shown: it stays doubtful, and only wakes the device
silently from then on. Marks are kept for a day after nobody would send them any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from infra.stores.postgres import Postgres
from schemas.codec import decode_push_request, encode
from schemas.notifications import Provider, PushRequested


@dataclass(frozen=True, slots=True)
class Started:
    """A push whose provider is about to be asked, for the so-manyth time."""

    request: PushRequested
    attempts: int = 1
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt: over, or to be tried again in so many seconds."""

    request_id: str
    attempts: int
    state: Literal["waiting", "done"]
    in_seconds: float = 0
    is_doubtful: bool = False


_BEGIN = """
INSERT INTO pushes (request_id, provider, state, due_at, request, expires_at)
SELECT request_id, %(provider)s, 'started', clock_timestamp() + make_interval(secs => %(lease)s), request, expires_at
FROM unnest(%(ids)s::uuid[], %(values)s::bytea[], %(expire)s::timestamptz[]) AS r (request_id, request, expires_at)
ORDER BY request_id
ON CONFLICT (request_id) DO NOTHING RETURNING request_id::text
"""
_SHOW = """
INSERT INTO push_shown (device_id, conversation_id, user_id, seq)
SELECT r.device_id, r.conversation_id, d.user_id, max(r.seq)
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS r (device_id, conversation_id, seq)
JOIN devices d ON d.device_id = r.device_id
GROUP BY r.device_id, r.conversation_id, d.user_id ORDER BY r.device_id, r.conversation_id
ON CONFLICT (device_id, conversation_id) DO UPDATE SET seq = greatest(push_shown.seq, excluded.seq)
"""
_TAKE = """
UPDATE pushes p SET state = 'started', attempts = p.attempts + 1,
    is_doubtful = p.is_doubtful OR p.state = 'started',
    due_at = clock_timestamp() + make_interval(secs => %(lease)s)
FROM (
    SELECT request_id FROM pushes WHERE provider = %(provider)s AND state <> 'done' AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) due
WHERE p.request_id = due.request_id
RETURNING p.request, p.attempts, p.is_doubtful
"""
# Only the attempt that is meant: one who was paused meanwhile changes nothing.
_SETTLE = """
UPDATE pushes p SET state = r.state, is_doubtful = p.is_doubtful OR r.is_doubtful,
    due_at = clock_timestamp() + make_interval(secs => r.in_seconds),
    request = CASE WHEN r.state = 'done' THEN NULL ELSE p.request END
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::float8[], %s::bool[])
    AS r (request_id, attempts, state, in_seconds, is_doubtful)
WHERE p.request_id = r.request_id AND p.attempts = r.attempts AND p.state = 'started'
"""
_FORGET = "DELETE FROM pushes WHERE expires_at < now() - interval '1 day'"


class Pushes:
    def __init__(self, postgres: Postgres, provider: Provider, lease_seconds: float) -> None:
        """A push that was started counts as lost after `lease_seconds`."""
        self._postgres = postgres
        self._provider = provider
        self._lease_seconds = lease_seconds

    async def begin(self, requests: Sequence[PushRequested]) -> frozenset[str]:
        """Mark those as started that nobody has begun yet; their ids. Raises StoreUnavailable."""
        unique = {one.request_id: one for one in requests}
        values = {
            "provider": self._provider,
            "lease": self._lease_seconds,
            "ids": list(unique),
            "values": [encode(one) for one in unique.values()],
            "expire": [datetime.fromisoformat(one.expires_at) for one in unique.values()],
        }
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_BEGIN, values)).fetchall()
            begun = frozenset(str(row[0]) for row in rows)
            if shown := [one for id_, one in unique.items() if id_ in begun and one.kind == "message"]:
                columns = (
                    [one.device_id for one in shown],
                    [one.conversation_id for one in shown],
                    [one.seq for one in shown],
                )
                await connection.execute(_SHOW, columns)
        return begun

    async def take_due(self, limit: int) -> list[Started]:
        """Those whose next attempt is due, and those that are lost, marked as started. Raises StoreUnavailable."""
        values = {"provider": self._provider, "lease": self._lease_seconds, "limit": limit}
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_TAKE, values)).fetchall()
        return [
            Started(decode_push_request(cast("bytes", request)), cast("int", attempts), bool(is_doubtful))
            for request, attempts, is_doubtful in rows
        ]

    async def settle(self, settled: Sequence[Settled]) -> None:
        """Raises StoreUnavailable."""
        columns = (
            [one.request_id for one in settled],
            [one.attempts for one in settled],
            [one.state for one in settled],
            [float(one.in_seconds) for one in settled],  # psycopg takes no list of ints and floats
            [one.is_doubtful for one in settled],
        )
        async with self._postgres.connection() as connection:
            await connection.execute(_SETTLE, columns)

    async def forget_old(self) -> int:
        """Drop the marks that nobody can need any more; how many. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            return (await connection.execute(_FORGET)).rowcount
