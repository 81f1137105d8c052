"""Everything that the stores hold, as bytes: for who must prove that something is not there. Changes nothing.

Slow on purpose of being simple: each store is read whole, by the page, without an index.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from cassandra.query import SimpleStatement
from redis.asyncio import Redis

from infra.stores.archive_manifest import ArchiveManifest
from infra.stores.cache import available
from infra.stores.cassandra import Cassandra
from infra.stores.objects import ObjectMissing, Objects
from infra.stores.postgres import Postgres
from infra.stores.segments import unpack

ROWS_AT_ONCE = 1_000
KEYS_AT_ONCE = 500

Chunk = tuple[str, int, bytes]
"""Where it stands (a table, a kind of key, a segment), how many rows or keys these are, and their bytes."""


async def in_cassandra(cassandra: Cassandra, keyspace: str) -> AsyncIterator[Chunk]:
    """All tables of a keyspace, by the page. Raises StoreUnavailable."""
    query = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s"
    for (table,) in await cassandra.execute(query, (keyspace,)):
        statement = SimpleStatement(f"SELECT * FROM {keyspace}.{table}", fetch_size=ROWS_AT_ONCE)  # noqa: S608 — its own names
        async for rows in cassandra.pages(statement):
            yield table, len(rows), b"\0".join(piece for row in rows for piece in _pieces(tuple(row)))


async def in_postgres(postgres: Postgres, *, leave_out: Collection[str] = ()) -> AsyncIterator[Chunk]:
    """All tables of all schemas but PostgreSQL's own, as COPY writes them: texts and bytes as they are. Raises
    StoreUnavailable."""
    query = (
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    async with postgres.connection() as connection:
        tables = [str(row[0]) for row in await (await connection.execute(query)).fetchall()]
    for table in (one for one in tables if one not in leave_out):
        rows: list[bytes] = []
        async with postgres.connection() as connection, connection.cursor() as cursor:
            await cursor.execute("SET LOCAL statement_timeout = 0")
            async with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
                async for row in copy:
                    rows.append(bytes(row))
                    if len(rows) == ROWS_AT_ONCE:
                        yield table, len(rows), b"\0".join(rows)
                        rows = []
        yield table, max(0, len(rows) - 1), b"\0".join(rows)  # the last is only the end


async def in_redis(redis: Redis) -> AsyncIterator[Chunk]:
    """All keys of the database, by their kind (what stands before the first colon). Raises StoreUnavailable."""
    cursor = 0
    while True:
        with available():
            cursor, keys = await redis.scan(cursor, count=KEYS_AT_ONCE)
        for key in cast("list[bytes]", keys):
            yield key.partition(b":")[0].decode(errors="replace"), 1, key + b"\0" + await _of_redis(redis, key)
        if not cursor:
            return


async def in_archive(manifest: ArchiveManifest, objects: Objects, bucket: str) -> AsyncIterator[Chunk]:
    """All segments that are there, unpacked. Raises StoreUnavailable."""
    for segment in await manifest.all():
        if segment.object_key is None:
            continue
        try:
            data = await objects.get(bucket, segment.object_key)
        except ObjectMissing:
            continue  # retired meanwhile
        rows = (await asyncio.to_thread(unpack, data)).rows()
        pieces = (piece for row in rows for piece in _pieces((row.event, row.unreadable, row.edits, row.reactions)))
        yield f"segment {segment.segment_id}", len(rows), b"\0".join(pieces)


async def _of_redis(redis: Redis, key: bytes) -> bytes:
    with available():
        match await redis.type(key):
            case b"string":
                value: Any = await redis.get(key)
            case b"hash":
                value = await redis.hgetall(key)
            case b"set":
                value = await redis.smembers(key)
            case b"zset":
                value = await redis.zrange(key, 0, -1)
            case b"list":
                value = await redis.lrange(key, 0, -1)
            case b"stream":
                value = await redis.xrange(key)
            case _:
                value = None  # gone meanwhile
    return b"\0".join(_pieces(value))


def _pieces(value: Any) -> Iterator[bytes]:
    """All texts and bytes inside a value."""
    match value:
        case bytes():
            yield value
        case str():
            yield value.encode()
        case UUID():
            yield str(value).encode()
        case Mapping():
            for name, inside in value.items():
                yield from _pieces(name)
                yield from _pieces(inside)
        case tuple() | list() | set() | frozenset():
            for inside in value:
                yield from _pieces(inside)
        case _:
            if hasattr(value, "items"):  # the driver's own mapping
                yield from _pieces(dict(value.items()))
