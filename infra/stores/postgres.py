"""The connection pool to PostgreSQL. Faults of the connection become StoreUnavailable; all else goes up."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings

WAIT_SECONDS = 5.0
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.IdleInTransactionSessionTimeout)

# Who is gone is noticed within 25 s, by both sides: the kernel's own probes begin after two hours.
_PROBES = {"idle": 10, "interval": 5, "count": 3}
_SESSION = {f"tcp_keepalives_{name}": value for name, value in _PROBES.items()}
_SOCKET: Mapping[str, Any] = {"connect_timeout": 3} | {f"keepalives_{name}": value for name, value in _PROBES.items()}
_POOLED = _SESSION | {
    "statement_timeout": 5_000,
    # In the chaos test an agent went without a word in mid-transaction, and the inbox stood still behind the locks
    # it had left. None of ours rests for so long: the longest, 12 s, wait for the object store to delete something.
    "idle_in_transaction_session_timeout": 15_000,
}

Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Postgres:
    def __init__(self, pool: AsyncConnectionPool[Connection], dsn: str) -> None:
        self._pool = pool
        self._dsn = dsn

    @classmethod
    async def connect(cls, settings: StoreSettings) -> "Postgres":
        """Open a pool; the connections themselves are made in the background and made again when they break."""
        dsn = settings.postgres_dsn.get_secret_value()
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=settings.postgres_connections_max,
            timeout=WAIT_SECONDS,
            open=False,
            check=AsyncConnectionPool.check_connection,
            kwargs={"options": _options(_POOLED), **_SOCKET},
        )
        await pool.open()
        return cls(pool, dsn)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, committed at the end, rolled back on a fault."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (*_AWAY, PoolTimeout) as away:
            raise StoreUnavailable(f"PostgreSQL: {away}") from away

    @asynccontextmanager
    async def lock(self, space: int, key: int) -> AsyncIterator[bool]:
        """Whether the advisory lock is ours alone until the end, or until its connection breaks.

        The connection is outside the pool and outside any transaction, so that it may be held for long.
        """
        try:
            async with await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, options=_options(_SESSION), **_SOCKET
            ) as connection:
                cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (space, key))
                try:
                    yield await cursor.fetchone() == (True,)
                finally:
                    # The server notices the end of a connection only later; until then who asks next is refused.
                    with suppress(*_AWAY, TimeoutError):
                        async with asyncio.timeout(WAIT_SECONDS):
                            await connection.execute("SELECT pg_advisory_unlock_all()")
        except _AWAY as away:
            raise StoreUnavailable(f"PostgreSQL: {away}") from away

    async def close(self) -> None:
        await self._pool.close()


def _options(settings: Mapping[str, int]) -> str:
    """For libpq. Times are in milliseconds, but those of probes in seconds."""
    return " ".join(f"-c {name}={value}" for name, value in settings.items())
