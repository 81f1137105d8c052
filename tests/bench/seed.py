"""Users written straight into PostgreSQL, with tickets signed as the API signs them: ten thousand a second.

Signing up takes argon2's 30 ms of a core for each account and session, which is not what is measured.
"""

import time
from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg

from infra.stores.settings import StoreSettings
from schemas.sealing import new_data_key
from schemas.tickets import issue
from tests.bench.users import BenchUser

# No argon2 hash looks like this: nobody can sign in as a bench user.
NO_PASSWORD = "!"
NAMESPACE = uuid5(NAMESPACE_OID, "backchannel bench")
STATEMENTS = (
    # As announced: or the API would write an AccountCreated for each into the log while it is measured.
    """INSERT INTO users (user_id, handle, display_name, password_hash, announced_at)
        VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING""",
    "INSERT INTO data_keys (user_id, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING",
    "INSERT INTO devices (device_id, user_id, name) VALUES (%s, %s, 'bench') ON CONFLICT DO NOTHING",
)

Row = tuple[UUID | str | bytes, ...]


class SeededUsers:
    """Identifiers are functions of numbers, so a second run finds the users of the first."""

    is_quick = True

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings

    async def devices(self, *, users: int, per_user: int) -> list[BenchUser]:
        user_ids = [uuid5(NAMESPACE, f"user {number}") for number in range(users)]
        pairs = [
            (user_id, uuid5(NAMESPACE, f"device {turn} of {user_id}"))
            for turn in range(per_user)
            for user_id in user_ids
        ]
        await self._write(user_ids, pairs)
        return [self._bench_user(str(user_id), str(device_id)) for user_id, device_id in pairs]

    async def close(self) -> None:
        return None

    async def _write(self, user_ids: Sequence[UUID], pairs: Iterable[tuple[UUID, UUID]]) -> None:
        master_key = self._settings.master_key_bytes()
        handles = [f"bench_{user_id.hex[:20]}" for user_id in user_ids]
        rows: tuple[list[Row], ...] = (
            [(user_id, handle, handle, NO_PASSWORD) for user_id, handle in zip(user_ids, handles, strict=True)],
            [(user_id, new_data_key(master_key, str(user_id))) for user_id in user_ids],
            [(device_id, user_id) for user_id, device_id in pairs],
        )
        dsn = self._settings.postgres_dsn.get_secret_value()
        async with await psycopg.AsyncConnection.connect(dsn) as connection, connection.cursor() as cursor:
            for statement, values in zip(STATEMENTS, rows, strict=True):
                await cursor.executemany(statement, values)

    def _bench_user(self, user_id: str, device_id: str) -> BenchUser:
        secret = self._settings.token_secret_bytes()

        async def ticket() -> str:
            return issue(secret, user_id, device_id, time.time_ns() // 1_000_000)

        return BenchUser(user_id, device_id, ticket)
