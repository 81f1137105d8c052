"""Push tokens in PostgreSQL: sealed, one to a device, and one device to a token. Never logged, never listed.

A token that another device registers moves there: providers give an installation one token, whoever signs in on it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import cast

from infra.stores.postgres import Postgres
from schemas.notifications import Provider
from schemas.sealing import TokenKey


@dataclass(frozen=True, slots=True)
class Target:
    """A device that can be pushed to."""

    user_id: str
    device_id: str
    provider: Provider


# Two devices that register one token at once wait for each other here, not at the unique index.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(encode(%s::bytea, 'hex'), 0))"
_MOVE = "DELETE FROM push_tokens WHERE token_hash = %s AND device_id <> %s"
_PUT = """
INSERT INTO push_tokens (device_id, user_id, provider, token_hash, sealed)
SELECT device_id, user_id, %s, %s, %s FROM devices WHERE device_id = %s AND user_id = %s
ON CONFLICT (device_id) DO UPDATE SET provider = excluded.provider, token_hash = excluded.token_hash,
    sealed = excluded.sealed, registered_at = clock_timestamp()
"""
_MUTED = """
SELECT p.user_id::text, p.conversation_id::text FROM preferences p
JOIN unnest(%s::uuid[], %s::uuid[]) AS asked (user_id, conversation_id) USING (user_id, conversation_id)
WHERE p.muted_until > now()
"""


class PushTokens:
    def __init__(self, postgres: Postgres, master_key: bytes) -> None:
        self._postgres = postgres
        self._key = TokenKey(master_key)

    async def put(self, user_id: str, device_id: str, provider: Provider, token: str) -> bool:
        """Register a device's token; False if the device is not one of the user's. Raises StoreUnavailable."""
        hashed = self._key.hash(provider, token)
        sealed = self._key.seal(token, device_id=device_id)
        async with self._postgres.connection() as connection:
            await connection.execute(_LOCK, (hashed,))
            await connection.execute(_MOVE, (hashed, device_id))
            put = await connection.execute(_PUT, (provider, hashed, sealed, device_id, user_id))
            if not put.rowcount:
                await connection.rollback()  # nothing was moved either
            return put.rowcount == 1

    async def drop(self, user_id: str, device_id: str) -> bool:
        """Forget a device's token; False if the device is not one of the user's. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "DELETE FROM push_tokens WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            found = await connection.execute(
                "SELECT 1 FROM devices WHERE device_id = %s AND user_id = %s", (device_id, user_id)
            )
            return await found.fetchone() is not None

    async def retire(self, device_id: str, token_hash: bytes) -> bool:
        """Forget a token that its provider does not know, unless the device has another by now. Raises
        StoreUnavailable."""
        async with self._postgres.connection() as connection:
            ended = await connection.execute(
                "DELETE FROM push_tokens WHERE device_id = %s AND token_hash = %s", (device_id, token_hash)
            )
            return ended.rowcount == 1

    async def of_users(self, user_ids: Collection[str]) -> list[Target]:
        """The devices of users that have a token. Raises StoreUnavailable."""
        if not user_ids:
            return []
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT user_id::text, device_id::text, provider FROM push_tokens WHERE user_id = ANY(%s::uuid[])",
                (list(user_ids),),
            )
            rows = await cursor.fetchall()
        return [Target(str(user), str(device), cast("Provider", provider)) for user, device, provider in rows]

    async def muted(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Of pairs of a user and a conversation, those that are muted now. Raises StoreUnavailable."""
        asked = list(pairs)
        if not asked:
            return frozenset()
        users, conversations = zip(*asked, strict=True)
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_MUTED, (list(users), list(conversations)))).fetchall()
        return frozenset((str(user_id), str(conversation_id)) for user_id, conversation_id in rows)
