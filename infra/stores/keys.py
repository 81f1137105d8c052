"""Authors' data keys: kept wrapped in PostgreSQL, cached unwrapped in the process.

A key that was deleted with a mark means "erased"; a key that is missing without one is a fault. Every process that
caches keys forgets those of people who are erased (forgetting.py).
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable

from infra.stores.postgres import Postgres
from schemas.bodies import SealedText
from schemas.sealing import ConversationKey, DataKey, unwrap

KEYS_MAX = 50_000


class KeyMissing(Exception):
    """A user has neither a data key nor the mark of an erased one."""


class Keys:
    def __init__(self, postgres: Postgres, master_key: bytes) -> None:
        self._postgres = postgres
        self._master_key = master_key
        self._cached: OrderedDict[str, DataKey] = OrderedDict()

    def cached(self, user_id: str) -> DataKey | None:
        return self._cached.get(user_id)

    def forget(self, user_ids: Collection[str]) -> None:
        """These were erased, or may have been."""
        for user_id in user_ids:
            self._cached.pop(user_id, None)

    def forget_all(self) -> None:
        self._cached.clear()

    def conversation_key(self, conversation_id: str) -> ConversationKey:
        """What a conversation's name and description are sealed under."""
        return ConversationKey(self._master_key, conversation_id)

    def conversation(self, conversation_id: str) -> Callable[[SealedText], str]:
        """Opens a conversation's sealed texts; costs nothing until it does."""
        return lambda text: self.conversation_key(conversation_id).open(text)

    async def key(self, user_id: str) -> DataKey | None:
        """One user's key, None if erased. Raises KeyMissing, StoreUnavailable."""
        return self._cached.get(user_id) or (await self.load([user_id]))[user_id]

    async def load(self, user_ids: Iterable[str]) -> dict[str, DataKey | None]:
        """The keys of many users in at most one query, None where erased. Raises KeyMissing, StoreUnavailable."""
        found: dict[str, DataKey | None] = {}
        missing = []
        for user_id in set(user_ids):
            if (key := self._cached.get(user_id)) is None:
                missing.append(user_id)
            else:
                found[user_id] = key
        return found | await self._fetch(missing) if missing else found

    async def _fetch(self, user_ids: list[str]) -> dict[str, DataKey | None]:
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT user_id::text, wrapped FROM data_keys WHERE user_id = ANY(%s::uuid[])", (user_ids,)
            )
            rows = await cursor.fetchall()
        keys = {str(user_id): self._unwrap(str(user_id), wrapped) for user_id, wrapped in rows}
        if unknown := set(user_ids) - set(keys):
            raise KeyMissing(f"no data key and no mark of an erased one: {sorted(unknown)}")
        self._cached.update((user_id, key) for user_id, key in keys.items() if key is not None)
        while len(self._cached) > KEYS_MAX:
            self._cached.popitem(last=False)
        return keys

    def _unwrap(self, user_id: str, wrapped: object) -> DataKey | None:
        return unwrap(self._master_key, user_id, wrapped) if isinstance(wrapped, bytes) else None
