"""The register of exports: what was written out of the house, where and when. An erasure does not reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from infra.stores.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Export:
    """`what` in a few words; `user_id`: whom alone it is about, None: everybody."""

    place: str
    what: str
    made_at: datetime
    user_id: str | None = None


class Exports:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def register(self, place: str, what: str, user_id: str | None = None) -> None:
        """Say that an export was made (or is about to be, which is safer). The same again is said once, with its last
        time. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            again = await connection.execute(
                "UPDATE exports SET made_at = now() WHERE place = %s AND what = %s AND user_id IS NOT DISTINCT FROM %s",
                (place, what, user_id),
            )
            if not again.rowcount:
                query = "INSERT INTO exports (place, what, user_id) VALUES (%s, %s, %s)"
                await connection.execute(query, (place, what, user_id))

    async def concerning(self, user_id: str) -> Sequence[Export]:
        """Those that may hold something of a person, oldest first. Raises StoreUnavailable."""
        query = (
            "SELECT place, what, made_at, user_id::text FROM exports WHERE user_id = %s OR user_id IS NULL"
            " ORDER BY export_id"
        )
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query, (user_id,))).fetchall()
        return [Export(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query
