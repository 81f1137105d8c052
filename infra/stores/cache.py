"""The connection to Redis, which holds only what can be rebuilt. DESIGN, section 6."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from infra.stores.faults import StoreUnavailable
from infra.stores.settings import StoreSettings

__all__ = ["Redis", "available", "connect"]  # Redis: the type, for whoever is handed a connection

ANSWER_SECONDS = 5.0
AWAY = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
)


def connect(settings: StoreSettings) -> Redis:
    """A client that asks again once, at once: after a restart of Redis each connection that stood idle is dead, and the
    first call on it would fail, minutes later. It does not wait by itself: who waits says so (faults.until_available).
    """
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=0,
        protocol=2,  # the form in which the lines read replies
    )


@contextmanager
def available() -> Iterator[None]:
    """Turns Redis's connection faults into StoreUnavailable."""
    try:
        yield
    except AWAY as away:
        raise StoreUnavailable(f"Redis: {away}") from away
