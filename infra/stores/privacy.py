"""What people show of themselves: their settings in PostgreSQL, and who hides read receipts, as the door asks it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.stores.postgres import Postgres

FRESH_SECONDS = 0.5
REMEMBERED_MAX = 50_000


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    read_receipts: bool
    last_seen_visibility: str


class Privacy:
    """`hides_receipts` remembers an answer for a moment: a change takes effect everywhere within it."""

    def __init__(self, postgres: Postgres, clock: Callable[[], float] = time.monotonic) -> None:
        self._postgres = postgres
        self._clock = clock
        self._asked: dict[str, tuple[float, bool]] = {}

    async def hides_receipts(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Those of them who have switched their read receipts off. Raises StoreUnavailable."""
        now = self._clock()
        known = {one: self._asked[one][1] for one in user_ids if self._is_fresh(one, now)}
        if unknown := [one for one in user_ids if one not in known]:
            hiding = await self._ask(unknown)
            if len(self._asked) > REMEMBERED_MAX:
                self._asked.clear()
            for one in unknown:
                known[one] = one in hiding
                self._asked[one] = (now, known[one])
        return frozenset(one for one, hides in known.items() if hides)

    async def settings(self, user_id: str) -> PrivacySettings | None:
        """Of an account; None if there is none. Raises StoreUnavailable."""
        query = "SELECT read_receipts, last_seen_visibility FROM users WHERE user_id = %s AND erased_at IS NULL"
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(query, (user_id,))).fetchone()
        return None if row is None else PrivacySettings(bool(row[0]), str(row[1]))

    async def change(
        self, user_id: str, *, read_receipts: bool | None = None, last_seen_visibility: str | None = None
    ) -> None:
        """What is None stays. Raises StoreUnavailable."""
        query = (
            "UPDATE users SET read_receipts = coalesce(%s, read_receipts),"
            " last_seen_visibility = coalesce(%s, last_seen_visibility) WHERE user_id = %s AND erased_at IS NULL"
        )
        async with self._postgres.connection() as connection:
            await connection.execute(query, (read_receipts, last_seen_visibility, user_id))

    def _is_fresh(self, user_id: str, now: float) -> bool:
        asked = self._asked.get(user_id)
        return asked is not None and now - asked[0] < FRESH_SECONDS

    async def _ask(self, user_ids: Sequence[str]) -> set[str]:
        query = "SELECT user_id::text FROM users WHERE user_id = ANY(%s::uuid[]) AND NOT read_receipts"
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query, (list(user_ids),))).fetchall()
        return {str(row[0]) for row in rows}
