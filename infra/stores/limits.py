"""How often somebody may do something: one token bucket per key and action in Redis, for all processes together.

Nobody waits for Redis. A process counts in a bucket of its own, and settles what was taken from it afterwards, a
hundredth of the burst at once: a message costs a small part of a round trip, also the first one after a pause.
The answer lowers the process's bucket to what all processes together have left. Redis's bucket may hold less than
nothing: what processes gave too much before they knew of each other (at most a burst each) is owed, so that over time
all of them give what one bucket gives. Redis's clock is the only one that they share.

While Redis is away each process's bucket stands alone: somebody who asks several processes may have a burst and a rate
at each. What is taken meanwhile is not owed afterwards.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from infra.stores.cache import Redis, available
from infra.stores.faults import StoreUnavailable

log = logging.getLogger(__name__)

BUCKETS_MAX = 100_000
SETTLED_AT_ONCE = 200  # keys of one script: Redis does nothing else meanwhile, for half a millisecond
CHUNKS = 100
WINDOW_SECONDS = 0.05

# What was taken from each key, and since when (in seconds ago): what the bucket gained before and after that is added
# apart, so that it makes no difference how late it is told. Returns what is left. A full bucket is forgotten.
_SETTLE = """
local clock = redis.call('TIME')
local now, per_second, burst = clock[1] + clock[2] / 1e6, tonumber(ARGV[1]), tonumber(ARGV[2])
local left = {}
for i, key in ipairs(KEYS) do
  local taken, since = tonumber(ARGV[2 * i + 1]), now - ARGV[2 * i + 2]
  local bucket = redis.call('HMGET', key, 'tokens', 'at')
  local tokens, at = tonumber(bucket[1] or burst), tonumber(bucket[2] or since)
  if at < since then
    tokens, at = math.min(burst, tokens + (since - at) * per_second), since
  end
  tokens = tokens - taken + math.max(0, now - at) * per_second
  tokens = math.max(-burst, math.min(burst, tokens))
  redis.call('HSET', key, 'tokens', tokens, 'at', now)
  redis.call('PEXPIRE', key, math.ceil((burst - tokens) / per_second * 1000) + 1)
  left[i] = tostring(tokens)
end
return left
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many more each second."""

    per_second: float
    burst: float

    @property
    def full_seconds(self) -> float:
        """How long the emptiest bucket takes until it is full."""
        return 2 * self.burst / self.per_second


@dataclass(slots=True)
class Bucket:
    """A process's own. `unsettled` were taken since `since` and are not in Redis's bucket yet."""

    tokens: float
    at: float
    since: float
    unsettled: int = 0

    def take(self, rate: Rate, now: float) -> float:
        """Take a token: 0.0, or the seconds until there is one."""
        self.tokens = min(rate.burst, self.tokens + (now - self.at) * rate.per_second)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / rate.per_second
        self.tokens -= 1
        if not self.unsettled:
            self.since = now
        self.unsettled += 1
        return 0.0

    def lower(self, left: float, rate: Rate, now: float) -> None:
        """Redis's bucket had so much left just now."""
        mine = min(rate.burst, self.tokens + (now - self.at) * rate.per_second)
        self.tokens = min(mine, left - self.unsettled)
        self.at = now


class Limit:
    """One action's limit. `run` must run beside it."""

    def __init__(self, redis: Redis, action: str, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._action = action
        self._rate = rate
        self._clock = clock
        self._chunk = max(1, rate.burst // CHUNKS)
        self._buckets: dict[str, Bucket] = {}
        self._due: dict[str, Bucket] = {}
        self._is_due = asyncio.Event()
        self._script = redis.register_script(_SETTLE)
        self._is_alone = False

    def take(self, key: str) -> float:
        """Do it once: 0.0 if that is within the limit, else the seconds until it will be."""
        now = self._clock()
        bucket = self._buckets.get(key) or self._new(key, now)
        wait = bucket.take(self._rate, now)
        if bucket.unsettled >= self._chunk and not wait:
            self._due[key] = bucket
            self._is_due.set()
        return wait

    async def run(self) -> None:
        """Settle what becomes due, for ever."""
        while True:
            await self._is_due.wait()
            await asyncio.sleep(WINDOW_SECONDS)
            try:
                while self._due:
                    await self.settle()
            except StoreUnavailable as away:
                self._told(is_alone=True, why=str(away))
            else:
                self._told(is_alone=False)
            self._is_due.clear()
            if self._due:
                self._is_due.set()

    async def settle(self) -> None:
        """Settle some of what is due. Raises StoreUnavailable; then it is forgotten."""
        now = self._clock()
        keys = list(self._due)[:SETTLED_AT_ONCE]
        buckets = [self._due.pop(key) for key in keys]
        taken: list[float] = [self._rate.per_second, self._rate.burst]
        for bucket in buckets:
            taken += [bucket.unsettled, now - bucket.since]
            bucket.unsettled = 0
        with available():
            left = await self._script(keys=[f"limit:{self._action}:{key}" for key in keys], args=taken)
        now = self._clock()
        for bucket, tokens in zip(buckets, left, strict=True):
            bucket.lower(float(tokens), self._rate, now)

    def _new(self, key: str, now: float) -> Bucket:
        if len(self._buckets) >= BUCKETS_MAX:
            # Whoever has been away so long starts anew anyway; in a flood of keys the oldest ones go too.
            kept = [(key, one) for key, one in self._buckets.items() if now - one.at < self._rate.full_seconds]
            self._buckets = dict(sorted(kept, key=lambda pair: pair[1].at)[-BUCKETS_MAX // 2 :])
        bucket = self._buckets[key] = Bucket(self._rate.burst, now, now)
        return bucket

    def _told(self, *, is_alone: bool, why: str = "") -> None:
        if is_alone and not self._is_alone:
            log.warning("%s are limited by this process alone: %s", self._action, why)
        self._is_alone = is_alone
