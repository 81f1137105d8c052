"""Limits on how often somebody may call: counted with all other processes, without waiting for them."""

import ipaddress
from collections.abc import Coroutine
from typing import Any

from fastapi import Request

from api.problems import rate_limited
from api.settings import ApiSettings
from infra.stores.cache import Redis
from infra.stores.limits import Limit, Rate
from infra.stores.user_limits import UserLimits
from infra.telemetry import metrics
from schemas import frames


class Limits:
    """Each raises Problem `rate-limited`. Without Redis each process counts for itself (infra/stores/limits.py)."""

    def __init__(self, redis: Redis, settings: ApiSettings) -> None:
        self._open_calls = Limit(redis, "open-calls", _per_minute(settings.open_calls_per_minute))
        self._tickets = Limit(redis, "tickets", _per_minute(settings.tickets_per_minute))
        self._user = UserLimits(redis, settings)

    def open_call(self, caller: str) -> None:
        """One more call without a token from this address, or with a password from this user."""
        _enforce(self._open_calls.take(caller))

    def ticket(self, device_id: str) -> None:
        _enforce(self._tickets.take(device_id))

    def command(self, user_id: str, frame: frames.AnyKeyedFrame) -> None:
        _enforce(self._user.take(user_id, is_message=isinstance(frame, frames.SendMessage)))

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside it, for ever."""
        return [self._open_calls.run(), self._tickets.run(), *self._user.works()]


def _per_minute(calls: int) -> Rate:
    return Rate(calls / 60, calls)


def _enforce(wait_seconds: float) -> None:
    if wait_seconds:
        metrics.RATE_LIMITED.labels("api").inc()
        raise rate_limited(wait_seconds)


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
