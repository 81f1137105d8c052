"""A conversation's rows in one version of the inbox, replaced by those of another in one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.stores.postgres import Connection, Postgres
from infra.stores.whole_inbox import TABLES, InboxTable


class Replacing:
    """One transaction, in which nobody else changes the conversation's rows."""

    def __init__(self, connection: Connection, version: int, conversation_id: str) -> None:
        self._connection = connection
        self._version = version
        self._conversation_id = conversation_id

    async def replace(self, source: int) -> None:
        """By the rows of version `source`, which has folded the conversation at least as far."""
        for table in TABLES:
            await self._execute(_removing(table, self._version, source))
            await self._execute(_writing(table, self._version, source))

    async def _execute(self, query: str) -> None:
        await self._connection.execute(query.encode(), {"id": self._conversation_id})


@asynccontextmanager
async def replacing(postgres: Postgres, version: int, conversation_id: str) -> AsyncIterator[Replacing]:
    """Committed at the end. Raises StoreUnavailable."""
    async with postgres.connection() as connection:
        await connection.execute("SET LOCAL statement_timeout = '60s'")
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # the log is read in between
        for table in TABLES:  # in the order in which its agent locks them
            query = (
                f"SELECT FROM inbox_{version:d}.{table.name}"
                f" WHERE conversation_id = %(id)s ORDER BY {', '.join(('conversation_id', *table.key))} FOR UPDATE"
            )
            await connection.execute(query.encode(), {"id": conversation_id})
        yield Replacing(connection, version, conversation_id)


def _removing(table: InboxTable, version: int, source: int) -> str:
    """What the source does not have."""
    same = " AND ".join(f"s.{name} = t.{name}" for name in ("conversation_id", *table.key))
    return (
        f"DELETE FROM inbox_{version:d}.{table.name} t WHERE t.conversation_id = %(id)s"  # noqa: S608 — constants, numbers
        f" AND NOT EXISTS (SELECT FROM inbox_{source:d}.{table.name} s WHERE {same})"
    )


def _writing(table: InboxTable, version: int, source: int) -> str:
    """Rows that are there stay themselves: who waits to change one, changes it as it is then."""
    names = ", ".join(("conversation_id", *table.key, *table.fields))
    # A pair's blocks are not keyed by their conversation.
    key = ", ".join(table.key if table.name == "blocks" else ("conversation_id", *table.key))
    assigned = ", ".join(f"{name} = excluded.{name}" for name in table.fields)
    return (
        f"INSERT INTO inbox_{version:d}.{table.name} ({names}) SELECT {names} FROM inbox_{source:d}.{table.name}"  # noqa: S608
        f" WHERE conversation_id = %(id)s ON CONFLICT ({key}) DO {f'UPDATE SET {assigned}' if assigned else 'NOTHING'}"
    )
