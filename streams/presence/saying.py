"""Saying: what the presence agent appends to its own topic."""

import asyncio
from collections.abc import Sequence

from infra.stores.log import Appender
from schemas import envelope
from schemas.codec import encode
from schemas.presence import AnyPresenceEvent
from schemas.topics import PRESENCE_EVENTS


class Saying:
    def __init__(self, appender: Appender, name: str) -> None:
        self._appender = appender
        self._name = name

    async def say(self, events: Sequence[AnyPresenceEvent]) -> None:
        """Append the events; they are in the log when this returns. Raises StoreUnavailable."""
        if events:
            await asyncio.gather(*map(self._say, events))

    async def _say(self, event: AnyPresenceEvent) -> None:
        trace = envelope.new_trace()
        headers = envelope.headers(
            event, id_=trace[3:35], source=self._name, subject=event.user_id, at=event.at, trace=trace
        )
        await self._appender.append(PRESENCE_EVENTS.name, encode(event), key=event.user_id, headers=headers)
