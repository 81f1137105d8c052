"""The presence agent: consumes `presence.events`, writes the connection cache, and tells gateways that it did.

The single writer of a user's connections. It keeps nothing in memory: the cache is what it folds onto.
"""

import logging
from collections.abc import Sequence

from infra.stores import cache
from infra.stores.connection_cache import ConnectionCache
from infra.stores.faults import until_available
from infra.stores.line import Line
from infra.stores.log import Appender
from infra.stores.outbound_streams import publish
from schemas import topics
from schemas.codec import Undecodable, decode_presence
from schemas.commands import Origin
from schemas.outbound import Connections, Item, Kind, stream_name
from schemas.presence import AnyPresenceEvent
from streams.presence.state import Folded, evolve
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

REPLACED = b"4502"


class PresenceAgent:
    group = "presence"
    topic = topics.PRESENCE_EVENTS
    is_background = False

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put
        self.work = self._batches.work

    async def start(self) -> None:
        redis = cache.connect(self._settings)
        self._cache = ConnectionCache(redis)
        self._line = Line(redis)
        self._dead_letters = DeadLetters(Appender(self._settings.kafka_bootstrap, self.group), self.group)

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: the state is the cache."""

    async def revoked(self) -> None:
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        events = await self._events(runs)
        await until_available(lambda: self._fold(events), "the connection cache")

    async def _events(self, runs: Sequence[Run]) -> list[tuple[int, AnyPresenceEvent]]:
        events = []
        for record in (record for run in runs for record in run.records):
            try:
                events.append((record.offset, decode_presence(record.value)))
            except Undecodable as broken:
                await self._dead_letters.bury(record, broken)
        return events

    async def _fold(self, events: Sequence[tuple[int, AnyPresenceEvent]]) -> None:
        """First the cache, then the word to the gateways: who is told is found by fan-out."""
        progress.touch()
        users = list(dict.fromkeys(event.user_id for _, event in events))
        found = await self._cache.read(users)
        states = {user_id: value or Connections(-1) for user_id, value in zip(users, found, strict=True)}
        items: dict[str, list[Item]] = {}
        for offset, event in events:
            folded = evolve(states[event.user_id], event, offset)
            states[event.user_id] = folded.connections
            _tell(items, folded)
        await self._cache.write(states)
        if items:
            await publish(self._line, items)


def _tell(items: dict[str, list[Item]], folded: Folded) -> None:
    for origin in folded.registered:
        items.setdefault(_stream(origin), []).append(Item(Kind.REGISTERED, (origin.connection,), b""))
    for origin in folded.replaced:
        items.setdefault(_stream(origin), []).append(Item(Kind.CLOSE, (origin.connection,), REPLACED))


def _stream(origin: Origin) -> str:
    return stream_name(origin.gateway, origin.incarnation)
