"""The fan-out agent: consumes `conversation.events`, appends to gateways' Redis streams.

One look into the connection cache for a whole micro-batch, one entry per gateway. It never creates a stream, and a
repeated run is only a repeated frame, which clients drop by `seq`.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from infra.stores import cache
from infra.stores.connection_cache import ConnectionCache
from infra.stores.erasures import Erasures
from infra.stores.faults import until_available
from infra.stores.forgetting import Forgetting
from infra.stores.keys import Keys
from infra.stores.line import Line
from infra.stores.live_views import LiveViews
from infra.stores.outbound_streams import publish
from infra.stores.postgres import Postgres
from infra.stores.views import open_body
from infra.telemetry import metrics, tracing
from schemas import envelope, topics
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent, CommandRepeated, MessageEdited, MessageSent, TimelineEvent
from schemas.outbound import Connections
from schemas.rendering import Open
from streams.fanout.membership import membership_view
from streams.fanout.recipients import Outgoing, address, concerned
from streams.runtime.batches import Batches
from streams.runtime.positions import starts_of
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

GROUP = "fanout"


class FanOutAgent:
    group = GROUP
    topic = topics.CONVERSATION_EVENTS
    is_background = False

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put

    async def start(self) -> None:
        settings = self._settings
        redis = cache.connect(settings)
        self._cache = ConnectionCache(redis)
        self._line = Line(redis)
        postgres, master_key = await Postgres.connect(settings), settings.master_key_bytes()
        self._keys = Keys(postgres, master_key)
        self._forgetting = Forgetting(Erasures(postgres, master_key), (self._keys,))
        self._membership = await membership_view(settings, await LiveViews.connect(postgres))

    async def work(self) -> None:
        await asyncio.gather(self._batches.work(), self._forgetting.run())

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: what is needed is loaded with the first events."""

    async def revoked(self) -> None:
        await self._batches.drop()
        self._membership.forget()

    async def _flush(self, runs: Sequence[Run]) -> None:
        records = {id(event): (event, record) for run in runs for record in run.records if (event := _event(record))}
        events = [event for event, _ in records.values()]
        starts = starts_of(runs)
        await until_available(lambda: self._fold(events, starts), "membership")
        new = [event for event in events if not isinstance(event, TimelineEvent) or self._membership.is_new(event)]
        recipients = {id(event): self._recipients(event) for event in new if isinstance(event, TimelineEvent)}
        wanted = sorted({one for event in new for one in concerned(event, recipients.get(id(event), ()))})
        bodies = await until_available(lambda: self._bodies(new), "keys")
        found = await until_available(lambda: self._connections(wanted), "the connection cache")
        out = Outgoing()

        def opened(event: AnyEvent) -> tuple[bytes | None, Open]:
            return bodies.get(id(event)), self._keys.conversation(event.conversation_id)

        for event in new:
            _, record = records[id(event)]
            out.at_ms, out.trace = record.at_ms, _recorded_trace(record)
            address(out, event, recipients.get(id(event), ()), found, opened)
        if out.items:
            await until_available(lambda: self._publish(out), "gateways' streams")
        self._membership.evict()

    def _recipients(self, event: TimelineEvent) -> Sequence[str]:
        roster = self._membership.roster(event.conversation_id)
        return roster.recipients(event.seq) if roster else ()

    async def _fold(self, events: Sequence[AnyEvent], starts: Mapping[int, int]) -> None:
        progress.touch()
        await self._membership.fold(events, starts)

    async def _connections(self, users: Sequence[str]) -> dict[str, Connections]:
        progress.touch()
        found = await self._cache.read(users)
        return {user_id: value for user_id, value in zip(users, found, strict=True) if value is not None}

    async def _bodies(self, events: Sequence[AnyEvent]) -> dict[int, bytes | None]:
        """The plain bodies of the events that show one, by the event's identity in this batch."""
        progress.touch()
        shown = {id(event): one for event in events if (one := _shown(event))}
        keys = await self._keys.load({one.actor_id for one in shown.values()})
        return {which: open_body(one, keys[one.actor_id]) for which, one in shown.items()}

    async def _publish(self, out: Outgoing) -> None:
        progress.touch()
        await publish(self._line, out.items)


def _shown(event: AnyEvent) -> MessageSent | MessageEdited | None:
    """The event whose body is shown, if one is."""
    shown = event.first if isinstance(event, CommandRepeated) else event
    return shown if isinstance(shown, MessageSent | MessageEdited) else None


def _recorded_trace(record: Record) -> bytes | None:
    """The record's traceparent, where somebody records that trace: the gateway goes on with it."""
    if not tracing.is_on():
        return None
    return tracing.recorded(envelope.header(record.headers, "traceparent"))


def _event(record: Record) -> AnyEvent | None:
    """The event, or None if it cannot be read: nobody can be shown it live, and the timeline raises the alarm."""
    try:
        return decode_event(record.value)
    except Undecodable as broken:
        metrics.UNREADABLE.labels(GROUP).inc()
        log.critical("%s %d/%d cannot be read: %s", record.topic, record.partition, record.offset, broken)
        return None
