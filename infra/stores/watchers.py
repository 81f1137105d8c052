"""Who watches whose presence, in Redis: watched user to the streams of those gateways that hold a watcher.

A gateway knows which of its connections watch whom; it is told only that something changed, and looks itself.
"""

from collections.abc import Collection, Mapping, Sequence

from redis.asyncio import Redis

from infra.stores.line import Command, Line
from infra.stores.outbound_streams import publish
from schemas.outbound import Item, Kind

LIFE_SECONDS = 86_400
AT_ONCE = 500


class Watchers:
    def __init__(self, redis: Redis) -> None:
        self._line = Line(redis)

    async def add(self, stream: str, user_ids: Collection[str]) -> None:
        """Tell this stream of changes; to be said again within a day. Raises StoreUnavailable."""
        commands: list[Command] = []
        for user_id in user_ids:
            commands += [("SADD", _key(user_id), stream), ("EXPIRE", _key(user_id), LIFE_SECONDS)]
        if commands:
            await self._line.call(*commands)

    async def remove(self, stream: str, user_ids: Collection[str]) -> None:
        """Raises StoreUnavailable."""
        if user_ids:
            await self._line.call(*(("SREM", _key(user_id), stream) for user_id in user_ids))

    async def tell(self, user_ids: Collection[str]) -> None:
        """Something changed with these users' presence, or with who may see it. Raises StoreUnavailable."""
        users = list(user_ids)
        for start in range(0, len(users), AT_ONCE):
            some = users[start : start + AT_ONCE]
            answers = await self._line.call(*(("SMEMBERS", _key(user_id)) for user_id in some))
            items = _items(dict(zip(some, answers, strict=True)))
            if not items:
                continue
            for stream in await publish(self._line, items):  # gateways that are gone
                await self.remove(stream, items[stream][0].connections)


def _items(streams: Mapping[str, Collection[bytes]]) -> dict[str, Sequence[Item]]:
    users: dict[str, list[str]] = {}
    for user_id, names in streams.items():
        for name in names:
            users.setdefault(name.decode(), []).append(user_id)
    return {stream: [Item(Kind.PRESENCE, tuple(some), b"")] for stream, some in users.items()}


def _key(user_id: str) -> str:
    return f"watchers:{user_id}"
