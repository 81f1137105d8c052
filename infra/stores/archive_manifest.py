"""The archive's manifest in PostgreSQL: what the archiver has planned, how far each segment has come, and the index.

A segment's states are its steps, each durable before the next begins:

    planned → written → verified → published → done → retired (another has its rows) or restored (Cassandra has them)

Readers see a segment from `published` on: in one transaction its ranges take the place of older ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Literal

from psycopg.rows import class_row

from infra.stores.postgres import Connection, Postgres
from schemas.archive import Range

State = Literal["planned", "written", "verified", "published", "done", "restored", "retired"]
IN_WORK: tuple[State, ...] = ("planned", "written", "verified", "published")
LOCKS = 0x61726368  # the space of advisory locks that are the archive's

_COLUMNS = (
    "segment_id, log_partition, state, from_offset, to_offset, cut_ms, replaces, from_ms, to_ms, row_count, size,"
    " sha256, object_key, changed_at::text"
)

_NEW = "unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS new (conversation_id, first, last)"
_SAME = "old.conversation_id = new.conversation_id AND old.is_live"
_SPLIT = (
    "INSERT INTO archive_ranges"  # noqa: S608 — constants
    " SELECT old.conversation_id, new.first, last_seq, segment_id, position, length, false"
    f" FROM archive_ranges AS old, {_NEW} WHERE {_SAME} AND first_seq < new.first AND last_seq >= new.first"
)
_SHORTEN = (
    f"UPDATE archive_ranges AS old SET last_seq = new.first - 1 FROM {_NEW}"  # noqa: S608
    f" WHERE {_SAME} AND first_seq < new.first AND last_seq >= new.first"
)
_HIDE = (
    f"UPDATE archive_ranges AS old SET is_live = false FROM {_NEW}"  # noqa: S608
    f" WHERE {_SAME} AND first_seq >= new.first AND last_seq <= new.last"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A segment: from the records of `log_partition` from `from_offset` to before `to_offset`, the buckets whose last
    row is earlier than `cut_ms`; or the rows of the segment that it replaces. What is None is not known yet."""

    segment_id: int
    log_partition: int
    state: State
    from_offset: int
    to_offset: int
    cut_ms: int
    replaces: int | None
    from_ms: int | None
    to_ms: int | None
    row_count: int | None
    size: int | None
    sha256: bytes | None
    object_key: str | None
    changed_at: str


@dataclass(frozen=True, slots=True)
class Written:
    """An object that holds a whole segment."""

    object_key: str
    size: int
    sha256: bytes
    row_count: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message that was deleted by an event of this partition."""

    conversation_id: str
    message_seq: int
    log_partition: int


class StateDiffers(Exception):
    """Somebody else has moved the segment on: who finds this has lost the partition, and begins anew."""


class ArchiveManifest:
    """Every call raises StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def lock(self, log_partition: int) -> AbstractAsyncContextManager[bool]:
        """Whether the partition is ours alone until the end; if the connection breaks meanwhile, the states decide."""
        return self._postgres.lock(LOCKS, log_partition)

    # ---- what is to be done

    async def position(self, log_partition: int) -> int:
        """The offset of the first record that was not looked at."""
        found = await self._one("SELECT log_offset FROM archive_positions WHERE log_partition = %s", (log_partition,))
        return found[0] if found else 0

    async def advance(self, log_partition: int, log_offset: int) -> None:
        async with self._postgres.connection() as connection:
            await _advance(connection, log_partition, log_offset)

    async def plan(self, log_partition: int, from_offset: int, to_offset: int, cut_ms: int) -> Manifest:
        """A new segment, and in the same transaction the position after its records."""
        async with self._postgres.connection() as connection:
            await _advance(connection, log_partition, to_offset)
            return await _insert(connection, (log_partition, from_offset, to_offset, cut_ms, None))

    async def plan_rewrite(self, of: Manifest) -> Manifest:
        """A new segment with the rows of this one."""
        async with self._postgres.connection() as connection:
            return await _insert(connection, (of.log_partition, of.from_offset, of.to_offset, of.cut_ms, of.segment_id))

    async def in_work(self, log_partition: int) -> Manifest | None:
        """The segment of the partition that is not done; there is at most one."""
        found = await self._segments("log_partition = %s AND state = ANY(%s)", (log_partition, list(IN_WORK)))
        return found[0] if found else None

    async def segment(self, segment_id: int) -> Manifest | None:
        found = await self._segments("segment_id = %s", (segment_id,))
        return found[0] if found else None

    async def all(self) -> list[Manifest]:
        """Every segment there is, ascending."""
        return await self._segments("true", ())

    async def positions(self) -> dict[int, int]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute("SELECT log_partition, log_offset FROM archive_positions ORDER BY 1")
            rows: list[Any] = await cursor.fetchall()
        return dict(rows)

    # ---- the steps of a segment

    async def written(self, segment_id: int, one: Written) -> Manifest:
        """Again, if it was written before: then this object counts."""
        return await self._move(
            segment_id, ("planned", "written"), "written",
            also="object_key = %s, size = %s, sha256 = %s, row_count = %s, from_ms = %s, to_ms = %s",
            values=(one.object_key, one.size, one.sha256, one.row_count, one.from_ms, one.to_ms),
        )  # fmt: skip

    async def verified(self, segment_id: int) -> Manifest:
        return await self._move(segment_id, ("written",), "verified")

    async def publish(self, segment: Manifest, ranges: Sequence[Range]) -> Manifest:
        """Show the segment to readers instead of whatever had its rows before."""
        async with self._postgres.connection() as connection:
            moved = await _move(connection, segment.segment_id, ("verified",), "published")
            await _supersede(connection, list(spans(ranges)))
            await _insert_ranges(connection, segment.segment_id, ranges)
            await connection.execute(
                "UPDATE archive_segments SET state = 'retired', changed_at = now() WHERE state = 'done'"
                " AND log_partition = %s AND NOT EXISTS (SELECT FROM archive_ranges"
                " WHERE archive_ranges.segment_id = archive_segments.segment_id AND is_live)",
                (segment.log_partition,),
            )
            return moved

    async def done(self, segment_id: int) -> Manifest:
        return await self._move(segment_id, ("published",), "done")

    async def drop(self, segment_id: int) -> None:
        """Forget a plan that has no rows."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "DELETE FROM archive_segments WHERE segment_id = %s AND state IN ('planned', 'written')", (segment_id,)
            )

    # ---- the end of a segment

    async def restored(self, segment_id: int) -> Manifest:
        """Cassandra has its rows again. Readers may still use it, until it is removed."""
        return await self._move(segment_id, ("done", "restored"), "restored")

    async def leaving(self, grace_seconds: float) -> list[Manifest]:
        """Segments that nobody needs any more, since so long."""
        return await self._segments(
            "state IN ('retired', 'restored') AND changed_at <= now() - make_interval(secs => %s)", (grace_seconds,)
        )

    async def remove(self, segment_id: int) -> None:
        """Forget a segment whose object is gone, or is nobody's."""
        async with self._postgres.connection() as connection:
            await connection.execute("DELETE FROM archive_ranges WHERE segment_id = %s", (segment_id,))
            await connection.execute("DELETE FROM archive_segments WHERE segment_id = %s", (segment_id,))

    async def forget(self, log_partitions: Sequence[int]) -> None:
        """Look at these partitions from their beginning again."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "DELETE FROM archive_positions WHERE log_partition = ANY(%s)", (list(log_partitions),)
            )

    # ---- what it holds

    async def live_ranges(self, segment_id: int) -> list[Range]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT conversation_id::text, first_seq, last_seq, position, length FROM archive_ranges"
                " WHERE segment_id = %s AND is_live ORDER BY archive_ranges.conversation_id, first_seq",
                (segment_id,),
            )
            return [Range(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]  # as selected

    async def holding(self, conversation_id: str, seqs: Sequence[int]) -> list[int]:
        """The segments whose bytes hold one of these rows, be they found by readers or not."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT DISTINCT segment_id FROM archive_ranges JOIN archive_segments USING (segment_id),"
                " unnest(%s::bigint[]) AS seq WHERE conversation_id = %s AND seq BETWEEN first_seq AND last_seq"
                " AND state NOT IN ('retired', 'restored') ORDER BY segment_id",
                (list(seqs), conversation_id),
            )
            rows: list[Any] = await cursor.fetchall()
        return [segment_id for (segment_id,) in rows]

    # ---- deletions

    async def note(self, deletions: Sequence[Deletion]) -> None:
        """Again, it changes nothing."""
        async with self._postgres.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO archive_deletions (conversation_id, message_seq, log_partition) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [(one.conversation_id, one.message_seq, one.log_partition) for one in deletions],
            )

    async def due(self, log_partition: int, age_seconds: float) -> list[Deletion]:
        """All that are noted, once one of them waits for so long."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT conversation_id::text, message_seq, log_partition FROM archive_deletions"
                " WHERE log_partition = %s AND EXISTS (SELECT FROM archive_deletions AS old"
                " WHERE old.log_partition = %s AND old.noted_at <= now() - make_interval(secs => %s))"
                " ORDER BY noted_at LIMIT 1000",
                (log_partition, log_partition, age_seconds),
            )
            return [Deletion(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]  # as selected

    async def settle(self, deletions: Sequence[Deletion]) -> None:
        """No segment holds their bodies."""
        async with self._postgres.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "DELETE FROM archive_deletions WHERE conversation_id = %s AND message_seq = %s",
                [(one.conversation_id, one.message_seq) for one in deletions],
            )

    # ---- how

    async def _one(self, query: str, values: Sequence[object]) -> Any:
        async with self._postgres.connection() as connection:
            return await (await connection.execute(query, values)).fetchone()

    async def _segments(self, where: str, values: Sequence[object]) -> list[Manifest]:
        query = f"SELECT {_COLUMNS} FROM archive_segments WHERE {where} ORDER BY segment_id"  # noqa: S608 — ours
        async with (
            self._postgres.connection() as connection,
            connection.cursor(row_factory=class_row(Manifest)) as cursor,
        ):
            await cursor.execute(query, values)
            return await cursor.fetchall()

    async def _move(
        self, segment_id: int, from_: Sequence[State], to: State, *, also: str = "", values: Sequence[object] = ()
    ) -> Manifest:
        async with self._postgres.connection() as connection:
            return await _move(connection, segment_id, from_, to, also=also, values=values)


async def _advance(connection: Connection, log_partition: int, log_offset: int) -> None:
    await connection.execute(
        "INSERT INTO archive_positions VALUES (%s, %s) ON CONFLICT (log_partition)"
        " DO UPDATE SET log_offset = greatest(archive_positions.log_offset, excluded.log_offset)",
        (log_partition, log_offset),
    )


async def _insert(connection: Connection, values: tuple[int, int, int, int, int | None]) -> Manifest:
    async with connection.cursor(row_factory=class_row(Manifest)) as cursor:
        await cursor.execute(
            "INSERT INTO archive_segments (log_partition, state, from_offset, to_offset, cut_ms, replaces)"  # noqa: S608
            f" VALUES (%s, 'planned', %s, %s, %s, %s) RETURNING {_COLUMNS}",
            values,
        )
        return _there(await cursor.fetchone())


async def _move(
    connection: Connection,
    segment_id: int,
    from_: Sequence[State],
    to: State,
    *,
    also: str = "",
    values: Sequence[object] = (),
) -> Manifest:
    query = (
        f"UPDATE archive_segments SET {also + ', ' if also else ''}state = %s, changed_at = now()"  # noqa: S608 — ours
        f" WHERE segment_id = %s AND state = ANY(%s) RETURNING {_COLUMNS}"
    )
    async with connection.cursor(row_factory=class_row(Manifest)) as cursor:
        await cursor.execute(query, (*values, to, segment_id, list(from_)))
        return _there(await cursor.fetchone())


def _there(found: Manifest | None) -> Manifest:
    if found is None:
        raise StateDiffers
    return found


async def _supersede(connection: Connection, new: Sequence[tuple[str, int, int]]) -> None:
    """Older ranges end before new ones. Only whole spans and tails are archived anew: none goes on after a new one."""
    columns = [list(column) for column in zip(*new, strict=True)]
    for statement in (_SPLIT, _SHORTEN, _HIDE):
        await connection.execute(statement, columns)


async def _insert_ranges(connection: Connection, segment_id: int, ranges: Sequence[Range]) -> None:
    async with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY archive_ranges (conversation_id, first_seq, last_seq, segment_id, position, length) FROM STDIN"
        ) as copy,
    ):
        for one in ranges:
            await copy.write_row((one.conversation_id, one.first, one.last, segment_id, one.position, one.length))


def spans(ranges: Sequence[Range]) -> Iterator[tuple[str, int, int]]:
    """Per conversation the first and last seqs of what is consecutive, be it in one block or in many."""
    for conversation_id, group in groupby(ranges, key=lambda one: one.conversation_id):
        some = list(group)
        first = some[0].first
        for one, next_ in pairwise(some):
            if next_.first != one.last + 1:
                yield conversation_id, first, one.last
                first = next_.first
        yield conversation_id, first, some[-1].last
