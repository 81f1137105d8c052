"""The archive's index in PostgreSQL as readers use it: which segment has which rows, and where. Changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from infra.stores.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one conversation from seq `first` to `last` in the block of `length` bytes at `position` of an object."""

    segment_id: int
    object_key: str
    first: int
    last: int
    position: int
    length: int


class ArchiveIndex:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def find(self, conversation_id: str, first: int, last: int) -> list[Found]:
        """What of a range is archived, ascending, nothing twice. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT segment_id, object_key, first_seq, last_seq, position, length"
                " FROM archive_ranges JOIN archive_segments USING (segment_id)"
                " WHERE conversation_id = %s AND last_seq >= %s AND first_seq <= %s AND is_live ORDER BY first_seq",
                (conversation_id, first, last),
            )
            return [Found(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]  # as selected

    async def holds(self, places: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
        """Which of these rows, given by conversation and seq, are archived. Raises StoreUnavailable."""
        ids, seqs = [id_ for id_, _ in places], [seq for _, seq in places]
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT asked.conversation_id::text, seq"
                " FROM unnest(%s::uuid[], %s::bigint[]) AS asked (conversation_id, seq)"
                " WHERE EXISTS (SELECT FROM archive_ranges JOIN archive_segments USING (segment_id)"
                " WHERE archive_ranges.conversation_id = asked.conversation_id AND seq BETWEEN first_seq AND last_seq"
                " AND is_live AND state IN ('published', 'done'))",
                (ids, seqs),
            )
            return set(await cursor.fetchall())  # type: ignore[arg-type]  # as selected

    async def archived(self, conversation_ids: Sequence[str]) -> Mapping[str, list[tuple[int, int]]]:
        """For comparing views modulo the archive: per conversation the first and last seqs of what left Cassandra,
        ascending and joined where they touch. Without one nothing is archived. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT conversation_id::text, first_seq, last_seq"
                " FROM archive_ranges JOIN archive_segments USING (segment_id)"
                " WHERE conversation_id = ANY(%s::uuid[]) AND is_live AND state IN ('published', 'done')"
                " ORDER BY conversation_id, first_seq",
                (list(conversation_ids),),
            )
            rows = await cursor.fetchall()
        found: dict[str, list[tuple[int, int]]] = {}
        for conversation_id, first, last in rows:
            assert isinstance(first, int)
            assert isinstance(last, int)
            spans = found.setdefault(str(conversation_id), [])
            if spans and spans[-1][1] + 1 == first:
                first = spans.pop()[0]  # noqa: PLW2901 — one span with that before it
            spans.append((first, last))
        return found
