"""The connection cache in Redis: where each user's devices can be reached. One packed value per user.

Its single writer is the presence agent; one that was paused and wakes up cannot put an older value over a newer one.
"""

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from infra.stores.cache import available
from infra.stores.line import Line
from schemas.outbound import Connections, pack_connections, unpack_connections

# The first characters of a value are its offset as text with a fixed width, so that Lua can compare them.
_WIDTH = 16
_PUT = """
for i, key in ipairs(KEYS) do
  local now = redis.call('GETRANGE', key, 0, 15)
  if now == '' or now < string.sub(ARGV[i], 1, 16) then redis.call('SET', key, ARGV[i]) end
end
"""


def _key(user_id: str) -> str:
    return f"connections:{user_id}"


class ConnectionCache:
    def __init__(self, redis: Redis) -> None:
        self._line = Line(redis)
        self._put = redis.register_script(_PUT)

    async def read(self, user_ids: Sequence[str]) -> list[Connections | None]:
        """The packed values of many users in one round trip, None where there is none. Raises StoreUnavailable."""
        if not user_ids:
            return []
        (values,) = await self._line.call(("MGET", *(_key(user_id) for user_id in user_ids)))
        return [None if value is None else unpack_connections(value[_WIDTH:]) for value in values]

    async def write(self, values: Mapping[str, Connections]) -> None:
        """Put values that are newer, by their offset, than what stands there. Raises StoreUnavailable."""
        packed = [f"{value.offset + 1:0{_WIDTH}d}".encode() + pack_connections(value) for value in values.values()]
        with available():
            await self._put(keys=[_key(user_id) for user_id in values], args=packed)
