"""The connection pool to PostgreSQL. Faults of the connection become StoreUnavailable; all else goes up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings

WAIT_SECONDS = 5.0

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
            kwargs={"options": "-c statement_timeout=5000", "connect_timeout": 3},
        )
        await pool.open()
        return cls(pool, dsn)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, committed at the end, rolled back on a fault."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as away:
            raise StoreUnavailable(f"PostgreSQL: {away}") from away

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """A connection outside the pool and outside any transaction, for what is held for long: its end lets go."""
        try:
            async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as away:
            raise StoreUnavailable(f"PostgreSQL: {away}") from away

    async def close(self) -> None:
        await self._pool.close()
