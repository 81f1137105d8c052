"""Devices in PostgreSQL: who is signed in where, and the hashes of their live refresh tokens.

Only live tokens have a row: the current ones, and those rotated within the grace. A token that the house has
signed, that has not expired and has no row was used before; then the device is revoked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from infra.stores.postgres import Connection, Postgres


@dataclass(frozen=True, slots=True)
class NewDevice:
    device_id: str
    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    device_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Rotated:
    """The device may go on: its new token has its row."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The token was used before, so somebody else may hold it: the device is gone."""

    user_id: str


# FOR SHARE waits for a change of the password that is under way, and then looks again (READ COMMITTED):
# nobody signs in with a password just after it was changed.
_ADD = """
WITH person AS (
    SELECT user_id FROM users WHERE user_id = %s AND password_hash = %s AND erased_at IS NULL FOR SHARE
), device AS (
    INSERT INTO devices (device_id, user_id, name) SELECT %s, user_id, %s FROM person RETURNING device_id
)
INSERT INTO refresh_tokens (token_hash, device_id) SELECT %s, device_id FROM device
"""
_LIVE = """
SELECT 1 FROM refresh_tokens WHERE token_hash = %s AND device_id = %s
    AND (rotated_at IS NULL OR rotated_at > clock_timestamp() - make_interval(secs => %s))
"""
_RETIRE = """
UPDATE refresh_tokens SET rotated_at = coalesce(rotated_at, clock_timestamp()) WHERE token_hash = %s
"""
_DROP_DEAD = """
DELETE FROM refresh_tokens WHERE device_id = %s AND (
    rotated_at <= clock_timestamp() - make_interval(secs => %s)
    OR issued_at < now() - make_interval(secs => %s))
"""
_EXPIRE = """
DELETE FROM devices d WHERE d.created_at < now() - make_interval(secs => %(life)s) AND NOT EXISTS (
    SELECT 1 FROM refresh_tokens t
    WHERE t.device_id = d.device_id AND t.issued_at >= now() - make_interval(secs => %(life)s))
"""


class Devices:
    def __init__(self, postgres: Postgres, *, grace_seconds: float, life_seconds: float) -> None:
        """A rotated token works for `grace_seconds` more; none works longer than `life_seconds`."""
        self._postgres = postgres
        self._grace_seconds = grace_seconds
        self._life_seconds = life_seconds

    async def add(self, device: NewDevice, password_hash: str, token_hash: bytes) -> bool:
        """Register a device; False if the password is another by now. Raises StoreUnavailable."""
        values = (device.user_id, password_hash, device.device_id, device.name, token_hash)
        async with self._postgres.connection() as connection:
            return (await connection.execute(_ADD, values)).rowcount == 1

    async def rotate(self, device_id: str, old_hash: bytes, new_hash: bytes) -> Rotated | Revoked | None:
        """Replace a token by a new one. None if the device is signed out. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            user_id = await _lock(connection, device_id)
            if user_id is None:
                return None
            live = await connection.execute(_LIVE, (old_hash, device_id, self._grace_seconds))
            if await live.fetchone() is None:
                await connection.execute("DELETE FROM devices WHERE device_id = %s", (device_id,))
                return Revoked(user_id)
            await self._replace(connection, device_id, old_hash, new_hash)
            return Rotated(user_id)

    async def _replace(self, connection: Connection, device_id: str, old_hash: bytes, new_hash: bytes) -> None:
        await connection.execute(_RETIRE, (old_hash,))
        await connection.execute(_DROP_DEAD, (device_id, self._grace_seconds, self._life_seconds))
        await connection.execute(
            "INSERT INTO refresh_tokens (token_hash, device_id) VALUES (%s, %s)", (new_hash, device_id)
        )

    async def of_user(self, user_id: str) -> list[Device]:
        """A user's devices, oldest first. Raises StoreUnavailable."""
        query = "SELECT device_id, name, created_at FROM devices WHERE user_id = %s ORDER BY created_at"
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(query, (user_id,))
            rows = await cursor.fetchall()
        return [Device(str(row[0]), str(row[1]), row[2]) for row in rows if isinstance(row[2], datetime)]

    async def remove(self, user_id: str, device_id: str) -> bool:
        """Sign one of a user's devices out; False if it was not signed in. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            ended = await connection.execute(
                "DELETE FROM devices WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            return ended.rowcount == 1

    async def expire(self) -> int:
        """Sign out the devices that no token can bring back; how many. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            return (await connection.execute(_EXPIRE, {"life": self._life_seconds})).rowcount

    async def seed(self, devices: Sequence[NewDevice]) -> None:
        """Make many devices at once, without refresh tokens: for measuring."""
        query = b"COPY devices (device_id, user_id, name) FROM STDIN"
        async with (
            self._postgres.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(query) as copy,
        ):
            for one in devices:
                await copy.write_row((UUID(one.device_id), UUID(one.user_id), one.name))


async def _lock(connection: Connection, device_id: str) -> str | None:
    """The owner of a device, whose tokens nobody else changes until the transaction ends."""
    cursor = await connection.execute("SELECT user_id FROM devices WHERE device_id = %s FOR UPDATE", (device_id,))
    row = await cursor.fetchone()
    return None if row is None else str(row[0])
