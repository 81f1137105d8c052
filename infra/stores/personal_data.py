"""What PostgreSQL has of a person, for operators: to find them, to hand it to them, to prove that nothing is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from infra.stores.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Someone:
    """An account, erased or not; who was erased has no handle and no name."""

    user_id: str
    handle: str | None
    display_name: str | None
    created_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """`push_provider` and `push_hash` where it can be pushed to: a keyed hash, which tells nobody the token."""

    device_id: str
    name: str
    created_at: datetime
    seen_at: datetime | None
    push_provider: str | None
    push_hash: bytes | None


@dataclass(frozen=True, slots=True)
class OwnSettings:
    avatar_media_id: str | None
    read_receipts: bool
    last_seen_visibility: str
    last_seen_at: datetime | None


_DEVICES = """
SELECT d.device_id::text, d.name, d.created_at, d.seen_at, p.provider, p.token_hash
FROM devices d LEFT JOIN push_tokens p USING (device_id) WHERE d.user_id = %s ORDER BY d.created_at, d.device_id
"""
_SETTINGS = """
SELECT u.avatar_media_id::text, u.read_receipts, u.last_seen_visibility, l.last_seen_at
FROM users u LEFT JOIN last_seen l USING (user_id) WHERE u.user_id = %s
"""
# Each counts rows that must be gone once somebody is erased.
_LEFT: Mapping[str, str] = {
    "account that is not erased": "users WHERE user_id = %s AND erased_at IS NULL",
    "name, handle, password or picture": "users WHERE user_id = %s"
    " AND coalesce(handle, display_name, password_hash, avatar_media_id::text) IS NOT NULL",
    "data key": "data_keys WHERE user_id = %s AND wrapped IS NOT NULL",
    "device": "devices WHERE user_id = %s",
    "push token": "push_tokens WHERE user_id = %s",
    "muted conversation": "preferences WHERE user_id = %s",
    "time when last seen": "last_seen WHERE user_id = %s",
    "name of a file": "media WHERE owner_id = %s AND file_name IS NOT NULL",
}
_NAMED_LIKE = """
SELECT EXISTS (SELECT FROM users WHERE user_id <> %(user_id)s
    AND (position(%(name)s IN handle) > 0 OR position(%(name)s IN display_name) > 0))
"""


class PersonalData:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def someone(self, user_id: str | None = None, handle: str | None = None) -> Someone | None:
        """An account by its id, or by its handle. Raises StoreUnavailable."""
        query = (
            "SELECT user_id::text, handle, display_name, created_at, erased_at FROM users"
            " WHERE user_id = %s::uuid OR handle = %s::text"
        )
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(query, (user_id, handle))).fetchone()
        return None if row is None else Someone(*row)  # type: ignore[arg-type]  # typed by the query

    async def devices(self, user_id: str) -> list[OwnDevice]:
        """Where they are signed in, oldest first. Raises StoreUnavailable."""
        return [OwnDevice(*row) for row in await self._rows(_DEVICES, user_id)]  # type: ignore[arg-type]  # typed by the query

    async def settings(self, user_id: str) -> OwnSettings:
        """Of an account that exists. Raises StoreUnavailable."""
        (row,) = await self._rows(_SETTINGS, user_id)
        return OwnSettings(*row)  # type: ignore[arg-type]  # typed by the query

    async def _rows(self, query: str, user_id: str) -> list[tuple[object, ...]]:
        async with self._postgres.connection() as connection:
            return await (await connection.execute(query.encode(), (user_id,))).fetchall()

    async def left(self, user_id: str) -> dict[str, int]:
        """Rows that must be gone once somebody is erased, by what they are; only what there is. Raises
        StoreUnavailable."""
        found = {}
        async with self._postgres.connection() as connection:
            for what, rows in _LEFT.items():
                query = f"SELECT count(*) FROM {rows}"  # noqa: S608 — made of parts that stand above
                row = await (await connection.execute(query.encode(), (user_id,))).fetchone()
                assert row is not None
                found[what] = int(str(row[0]))
        return {what: count for what, count in found.items() if count}

    async def is_name_of_others(self, user_id: str, name: str) -> bool:
        """Whether somebody else's name or handle has this in it: found, it would prove nothing. Raises
        StoreUnavailable."""
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(_NAMED_LIKE, {"user_id": user_id, "name": name})).fetchone()
        return bool(row and row[0])
