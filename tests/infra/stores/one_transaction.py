"""PostgreSQL in one transaction that is rolled back: a test sees all that it wrote, and nobody else ever does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.stores.postgres import Connection, Postgres


class _RolledBack(Exception):
    """The end of the test's transaction."""


class OneTransaction(Postgres):
    """All who ask get the same connection; nothing of it is committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        yield self._connection


@asynccontextmanager
async def rolled_back(postgres: Postgres) -> AsyncIterator[Postgres]:
    try:
        async with postgres.connection() as connection:
            yield OneTransaction(connection)
            raise _RolledBack
    except _RolledBack:
        pass
