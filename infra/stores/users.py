"""Which users exist, as the door asks it: a small cache in front of PostgreSQL. Only "yes" is remembered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from infra.stores.postgres import Postgres

KNOWN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A device that is signed in; `seen_at` is when its last socket gave its last sign of life, None: not known."""

    seen_at: datetime | None


class Users:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._known: set[str] = set()

    async def are_known(self, user_ids: Iterable[str]) -> bool:
        """Whether these users all exist and were not erased. Raises StoreUnavailable."""
        unknown = {user_id for user_id in user_ids if user_id not in self._known}
        if not unknown:
            return True
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT user_id::text FROM users WHERE user_id = ANY(%s::uuid[]) AND erased_at IS NULL",
                (list(unknown),),
            )
            found = {str(row[0]) for row in await cursor.fetchall()}
        if len(self._known) + len(found) > KNOWN_MAX:
            self._known.clear()
        self._known |= found
        return found == unknown

    def forget(self, user_ids: Collection[str]) -> None:
        """These were erased, or may have been."""
        self._known.difference_update(user_ids)

    def forget_all(self) -> None:
        self._known.clear()

    async def device(self, user_id: str, device_id: str) -> "SignedIn | None":
        """The device, if it is one of the user's and was not signed out. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT seen_at FROM devices WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            row = await cursor.fetchone()
        return None if row is None else SignedIn(row[0])  # type: ignore[arg-type]  # typed by the query

    async def saw(self, devices: Mapping[str, datetime]) -> None:
        """When these devices gave their last signs of life; it only grows. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "UPDATE devices d SET seen_at = greatest(d.seen_at, t.at)"
                " FROM unnest(%s::uuid[], %s::timestamptz[]) AS t (device_id, at) WHERE d.device_id = t.device_id",
                (list(devices), list(devices.values())),
            )
