"""Accounts in PostgreSQL: people, how they prove who they are, and their data keys.

An account is made before the log hears of it; `announced_at` is set when AccountCreated is in the log. Until
then `unannounced` finds it, so that no crash in between loses the event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from infra.stores.postgres import Connection, Postgres


@dataclass(frozen=True, slots=True)
class NewAccount:
    user_id: str
    handle: str
    display_name: str
    password_hash: str
    wrapped_key: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    user_id: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody may know of a person."""

    user_id: str
    handle: str
    display_name: str
    avatar_media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    user_id: str
    created_at: datetime


_CREATE = """
WITH made AS (
    INSERT INTO users (user_id, handle, display_name, password_hash, created_at)
    VALUES (%s, %s, %s, %s, date_trunc('milliseconds', now()))
    ON CONFLICT (handle) DO NOTHING RETURNING user_id, created_at
), key AS (
    INSERT INTO data_keys (user_id, wrapped) SELECT user_id, %s::bytea FROM made
)
SELECT created_at FROM made
"""
_PROFILES = "SELECT user_id::text, handle, display_name, avatar_media_id::text FROM users WHERE erased_at IS NULL AND "


class Accounts:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def create(self, account: NewAccount) -> Created | None:
        """Make an account and its key; None if the handle is taken. Raises StoreUnavailable."""
        values = (
            account.user_id,
            account.handle,
            account.display_name,
            account.password_hash,
            account.wrapped_key,
        )
        rows = await self._rows(_CREATE, values)
        return Created(account.user_id, _time(rows[0][0])) if rows else None

    async def is_taken(self, handle: str) -> bool:
        return bool(await self._rows("SELECT 1 FROM users WHERE handle = %s", (handle,)))

    async def unannounced(self, older_than_seconds: float, limit: int) -> list[Created]:
        """Accounts whose AccountCreated is not known to be in the log by now. Raises StoreUnavailable."""
        query = (
            "SELECT user_id, created_at FROM users WHERE announced_at IS NULL"
            " AND created_at < now() - make_interval(secs => %s) ORDER BY created_at LIMIT %s"
        )
        rows = await self._rows(query, (older_than_seconds, limit))
        return [Created(str(user_id), _time(created_at)) for user_id, created_at in rows]

    async def mark_announced(self, user_id: str) -> None:
        async with self._postgres.connection() as connection:
            await connection.execute("UPDATE users SET announced_at = now() WHERE user_id = %s", (user_id,))

    async def credentials(self, handle: str) -> Credentials | None:
        query = "SELECT user_id, password_hash FROM users WHERE handle = %s AND erased_at IS NULL"
        return _credentials(await self._rows(query, (handle,)))

    async def credentials_of(self, user_id: str) -> Credentials | None:
        query = "SELECT user_id, password_hash FROM users WHERE user_id = %s AND erased_at IS NULL"
        return _credentials(await self._rows(query, (user_id,)))

    async def change_password(self, old: Credentials, password_hash: str, keep_device_id: str) -> list[str] | None:
        """Change a password and sign other devices out: their ids, None if it was changed meanwhile."""
        async with self._postgres.connection() as connection:
            changed = await connection.execute(
                "UPDATE users SET password_hash = %s WHERE user_id = %s AND password_hash = %s",
                (password_hash, old.user_id, old.password_hash),
            )
            if not changed.rowcount:
                return None
            ended = await connection.execute(
                "DELETE FROM devices WHERE user_id = %s AND device_id <> %s RETURNING device_id",
                (old.user_id, keep_device_id),
            )
            return [str(row[0]) for row in await ended.fetchall()]

    async def profile(self, user_id: str) -> Profile | None:
        return next(iter(await self.profiles([user_id])), None)

    async def profiles(self, user_ids: Sequence[str]) -> list[Profile]:
        """The profiles of those that exist, in no order. Raises StoreUnavailable."""
        return _profiles(await self._rows(_PROFILES + "user_id = ANY(%s::uuid[])", (list(user_ids),)))

    async def profiles_by_handle(self, handle: str) -> list[Profile]:
        """The profile with that handle, if there is one. Raises StoreUnavailable."""
        return _profiles(await self._rows(_PROFILES + "handle = %s", (handle,)))

    async def rename(self, user_id: str, display_name: str) -> None:
        async with self._postgres.connection() as connection:
            await connection.execute(
                "UPDATE users SET display_name = %s WHERE user_id = %s AND erased_at IS NULL",
                (display_name, user_id),
            )

    async def set_avatar(self, user_id: str, media_id: str | None) -> None:
        """Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "UPDATE users SET avatar_media_id = %s WHERE user_id = %s AND erased_at IS NULL", (media_id, user_id)
            )

    async def seed(self, accounts: Sequence[NewAccount]) -> None:
        """Make many accounts at once, unknown to the log: for measuring anything but sign-ups."""
        async with self._postgres.connection() as connection:
            await _copy_users(connection, accounts)
            await _copy_keys(connection, accounts)

    async def _rows(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(query.encode(), values)
            return await cursor.fetchall()


async def _copy_users(connection: Connection, accounts: Sequence[NewAccount]) -> None:
    columns = "user_id, handle, display_name, password_hash, announced_at"
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY users ({columns}) FROM STDIN".encode()) as copy,
    ):
        for one in accounts:
            await copy.write_row((UUID(one.user_id), one.handle, one.display_name, one.password_hash, "now"))


async def _copy_keys(connection: Connection, accounts: Sequence[NewAccount]) -> None:
    async with (
        connection.cursor() as cursor,
        cursor.copy(b"COPY data_keys (user_id, wrapped) FROM STDIN") as copy,
    ):
        for one in accounts:
            await copy.write_row((UUID(one.user_id), one.wrapped_key))


def _credentials(rows: list[tuple[object, ...]]) -> Credentials | None:
    return Credentials(str(rows[0][0]), str(rows[0][1])) if rows else None


def _profiles(rows: list[tuple[object, ...]]) -> list[Profile]:
    return [Profile(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query


def _time(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value
