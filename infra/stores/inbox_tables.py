"""The tables of a version of the inbox in PostgreSQL, in a schema of its own, and what readers see of them.

A new version's tables are made like the live one's: what migrations did to that holds for it too.
"""

from infra.stores.postgres import Connection

TABLES = ("conversations", "members", "silent_events", "blocks")


async def make(connection: Connection, version: int) -> None:
    """Tables like those that are read now."""
    await connection.execute(f"CREATE SCHEMA inbox_{version:d}".encode())
    for table in TABLES:
        like = f"{await _schema_of_live(connection)}.{table}"
        await connection.execute(f"CREATE TABLE inbox_{version:d}.{table} (LIKE {like} INCLUDING ALL)".encode())


async def show(connection: Connection, version: int) -> None:
    """Who reads `inbox` reads this version, from the end of the transaction on."""
    for table in TABLES:
        view = f"CREATE OR REPLACE VIEW inbox.{table} AS SELECT * FROM inbox_{version:d}.{table}"  # noqa: S608 — a number
        await connection.execute(view.encode())


async def clear(connection: Connection, version: int) -> None:
    """All of its rows go."""
    names = ", ".join(f"inbox_{version:d}.{table}" for table in TABLES)
    await connection.execute(f"TRUNCATE {names}".encode())


async def drop(connection: Connection, version: int) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS inbox_{version:d} CASCADE".encode())


async def _schema_of_live(connection: Connection) -> str:
    cursor = await connection.execute("SELECT version FROM projections WHERE name = 'inbox' AND state = 'live'")
    row = await cursor.fetchone()
    assert row
    return f"inbox_{row[0]}"
