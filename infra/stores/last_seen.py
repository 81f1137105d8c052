"""When people were last seen, in PostgreSQL: the view of WentOffline, which only grows. Lost, it is folded again."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import msgspec

from infra.stores.postgres import Postgres
from schemas.times import timestamp

_WRITE = """
INSERT INTO last_seen AS old (user_id, last_seen_at)
SELECT key::uuid, value::timestamptz FROM json_each_text(%s) ORDER BY key
ON CONFLICT (user_id) DO UPDATE SET last_seen_at = excluded.last_seen_at WHERE old.last_seen_at < excluded.last_seen_at
"""
_READ = "SELECT user_id::text, last_seen_at FROM last_seen WHERE user_id = ANY(%s::uuid[])"


class LastSeen:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def write(self, seen: Mapping[str, str]) -> None:
        """Users and times; an earlier time changes nothing. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(_WRITE, (msgspec.json.encode(seen).decode(),))

    async def read(self, user_ids: Collection[str]) -> dict[str, str]:
        """Of those who were ever seen. Raises StoreUnavailable."""
        if not user_ids:
            return {}
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_READ, (list(user_ids),))).fetchall()
        return {str(user_id): _text(at) for user_id, at in rows}


def _text(at: object) -> str:
    assert isinstance(at, datetime)
    return timestamp(round(at.astimezone(UTC).timestamp() * 1000))
