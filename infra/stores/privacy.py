"""What people show of themselves: their settings in PostgreSQL, and who hides read receipts, as the door asks it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from infra.stores.postgres import Postgres

FRESH_SECONDS = 0.5
ROOM_SECONDS = 10.0  # longer than any statement may take
FORGOTTEN_SECONDS = 600.0  # not asked for so long: all is asked anew
REMEMBERED_MAX = 50_000


Visibility = Literal["everyone", "contacts", "nobody"]


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    read_receipts: bool
    last_seen_visibility: Visibility


class Privacy:
    """`hides_receipts` remembers its answers and asks for changes: one takes effect everywhere within a moment.

    Every message asks, so that a query per person and moment would cost as much as sending it.
    """

    def __init__(self, postgres: Postgres, clock: Callable[[], float] = time.monotonic) -> None:
        self._postgres = postgres
        self._clock = clock
        self._known: dict[str, bool] = {}
        self._asked_at = -FRESH_SECONDS
        self._asking = asyncio.Lock()

    async def hides_receipts(self, user_ids: Sequence[str]) -> frozenset[str]:
        """Those of them who have switched their read receipts off. Raises StoreUnavailable."""
        if self._clock() - self._asked_at >= FRESH_SECONDS:
            await self._ask_for_changes()
        if unknown := [one for one in user_ids if one not in self._known]:
            if len(self._known) > REMEMBERED_MAX:
                self._known.clear()
            hiding = await self._ask(unknown)
            self._known |= {one: one in hiding for one in unknown}
        return frozenset(one for one in user_ids if self._known.get(one))

    async def _ask_for_changes(self) -> None:
        """Who changed lately, with room for transactions that take their time."""
        async with self._asking:
            now = self._clock()
            if now - self._asked_at < FRESH_SECONDS:
                return
            query = (
                "SELECT user_id::text, NOT read_receipts FROM users"
                " WHERE receipts_changed_at > now() - make_interval(secs => %s)"
            )
            since = min(now - self._asked_at, FORGOTTEN_SECONDS) + ROOM_SECONDS
            if now - self._asked_at > FORGOTTEN_SECONDS:
                self._known.clear()
            async with self._postgres.connection() as connection:
                rows = await (await connection.execute(query, (since,))).fetchall()
            self._known |= {str(user_id): bool(hides) for user_id, hides in rows if user_id in self._known}
            self._asked_at = now

    async def settings(self, user_id: str) -> PrivacySettings | None:
        """Of an account; None if there is none. Raises StoreUnavailable."""
        query = "SELECT read_receipts, last_seen_visibility FROM users WHERE user_id = %s AND erased_at IS NULL"
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(query, (user_id,))).fetchone()
        return None if row is None else PrivacySettings(*row)  # type: ignore[arg-type]  # typed by the query

    async def change(
        self, user_id: str, *, read_receipts: bool | None = None, last_seen_visibility: Visibility | None = None
    ) -> None:
        """What is None stays. Raises StoreUnavailable."""
        query = (
            "UPDATE users SET read_receipts = coalesce(%s, read_receipts),"
            " receipts_changed_at = CASE WHEN %s::boolean IS NULL THEN receipts_changed_at ELSE clock_timestamp() END,"
            " last_seen_visibility = coalesce(%s, last_seen_visibility) WHERE user_id = %s AND erased_at IS NULL"
        )
        async with self._postgres.connection() as connection:
            await connection.execute(query, (read_receipts, read_receipts, last_seen_visibility, user_id))

    async def _ask(self, user_ids: Sequence[str]) -> set[str]:
        query = "SELECT user_id::text FROM users WHERE user_id = ANY(%s::uuid[]) AND NOT read_receipts"
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query, (list(user_ids),))).fetchall()
        return {str(row[0]) for row in rows}
