"""Limits on how often somebody may call: token buckets, in this process."""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from api.problems import rate_limited

BUCKETS_MAX = 100_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limit:
    """Each key has `burst` calls at once, and `per_second` more as time goes by."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> float:
        """Take one call: 0.0, or the seconds to wait until there is one."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = self._new(now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return 0.0

    def enforce(self, key: str) -> None:
        """Take one call. Raises Problem `rate-limited`."""
        if wait_seconds := self.take(key):
            raise rate_limited(wait_seconds)

    def _new(self, now: float) -> _Bucket:
        if len(self._buckets) >= BUCKETS_MAX:
            full_after = self._burst / self._per_second
            # Whoever has been away so long starts anew anyway; in a flood of keys the oldest ones go too.
            kept = [(key, one) for key, one in self._buckets.items() if now - one.at < full_after]
            self._buckets = dict(sorted(kept, key=lambda pair: pair[1].at)[-BUCKETS_MAX // 2 :])
        return _Bucket(self._burst, now)


def address(request: Request) -> str:
    """Whom a call comes from: the balancer's word for it (its last hop), if it is the balancer who calls."""
    peer = request.client.host if request.client else ""
    last_hop = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return _network(last_hop if last_hop and _is_loopback(peer) else peer)


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _network(text: str) -> str:
    """An IPv6 subscriber has a whole /64 of addresses: it counts as one."""
    try:
        one = ipaddress.ip_address(text)
        return text if one.version == 4 else str(ipaddress.ip_network(f"{text}/64", strict=False))
    except ValueError:
        return text
