"""Which users exist, as the door asks it: a small cache in front of PostgreSQL. Only "yes" is remembered."""

from infra.stores.postgres import Postgres

KNOWN_MAX = 100_000


class Users:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._known: set[str] = set()

    async def is_known(self, user_id: str) -> bool:
        """Whether the user exists and was not erased. Raises StoreUnavailable."""
        if user_id in self._known:
            return True
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM users WHERE user_id = %s AND erased_at IS NULL", (user_id,)
            )
            found = await cursor.fetchone() is not None
        if found:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            self._known.add(user_id)
        return found

    async def is_device_signed_in(self, user_id: str, device_id: str) -> bool:
        """Whether the device is one of the user's and was not signed out. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM devices WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            return await cursor.fetchone() is not None
