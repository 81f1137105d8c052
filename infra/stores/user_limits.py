"""What a user may ask for: the same limits at every gateway and over HTTP, for all of their devices together."""

from collections.abc import Coroutine
from typing import Any

from infra.stores.cache import Redis
from infra.stores.limits import Limit, Rate
from infra.stores.settings import StoreSettings


class UserLimits:
    """Messages have a limit of their own; all else shares a wider one. Heartbeats are free."""

    def __init__(self, redis: Redis, settings: StoreSettings) -> None:
        self._messages = Limit(redis, "messages", Rate(settings.messages_per_second, settings.messages_burst))
        self._frames = Limit(redis, "frames", Rate(settings.frames_per_second, settings.frames_burst))

    def take(self, user_id: str, *, is_message: bool) -> float:
        """Ask once: 0.0 if that is within the limit, else the seconds until it will be."""
        return (self._messages if is_message else self._frames).take(user_id)

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside it, for ever."""
        return [self._messages.run(), self._frames.run()]
