"""How far each view has folded the log: published in Redis per view, version and partition, only ever upward."""

from collections.abc import Mapping

from redis.asyncio import Redis

from infra.stores.cache import available
from infra.stores.view import View

_ADVANCE = """
for i = 1, #ARGV, 2 do
  local now = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '-1')
  if now < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
"""


class Positions:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._advance = redis.register_script(_ADVANCE)

    async def advance(self, view: View, offsets: Mapping[int, int]) -> None:
        """Say that all before these offsets is folded. Raises StoreUnavailable."""
        with available():
            await self._advance(keys=[view.key], args=[number for pair in offsets.items() for number in pair])

    async def read(self, view: View) -> Mapping[int, int]:
        """Per partition; a partition that Redis does not know is missing. Raises StoreUnavailable."""
        with available():
            found = await self._redis.hgetall(view.key)
        return {int(partition): int(offset) for partition, offset in found.items()}
