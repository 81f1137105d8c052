"""Which users exist, as the door asks it: a small cache in front of PostgreSQL. Only "yes" is remembered."""

from collections.abc import Iterable

from infra.stores.postgres import Postgres

KNOWN_MAX = 100_000


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

    async def is_device_signed_in(self, user_id: str, device_id: str) -> bool:
        """Whether the device is one of the user's and was not signed out. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM devices WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            return await cursor.fetchone() is not None
