"""How people's presence is: from the connection cache; when it forgot since when somebody is away, from PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.stores.connection_cache import ConnectionCache
from infra.stores.last_seen import LastSeen


@dataclass(frozen=True, slots=True)
class Presence:
    """`last_seen_at` is None while somebody is online, and of who was never seen."""

    is_online: bool
    last_seen_at: str | None = None


class Presences:
    def __init__(self, connections: ConnectionCache, last_seen: LastSeen) -> None:
        self._connections = connections
        self._last_seen = last_seen

    async def read(self, user_ids: Sequence[str]) -> dict[str, Presence]:
        """Raises StoreUnavailable."""
        found = dict(zip(user_ids, await self._connections.read(user_ids), strict=True))
        online = {user_id for user_id, value in found.items() if value is not None and value.is_online}
        times = {user_id: value.heard_at for user_id, value in found.items() if value is not None and value.heard_at}
        kept = await self._last_seen.read([one for one in found if one not in online and one not in times])
        return {
            user_id: Presence(is_online=True)
            if user_id in online
            else Presence(is_online=False, last_seen_at=times.get(user_id) or kept.get(user_id))
            for user_id in user_ids
        }
