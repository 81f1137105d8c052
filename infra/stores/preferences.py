"""What people prefer for themselves in a conversation, in PostgreSQL. Not in the log: nobody else is concerned."""

from datetime import datetime

from infra.stores.postgres import Postgres


class Preferences:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def mute(self, user_id: str, conversation_id: str, until: datetime | None) -> None:
        """Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "INSERT INTO preferences (user_id, conversation_id, muted_until) VALUES (%s, %s, %s)"
                " ON CONFLICT (user_id, conversation_id) DO UPDATE SET muted_until = excluded.muted_until",
                (user_id, conversation_id, until),
            )
