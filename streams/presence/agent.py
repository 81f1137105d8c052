"""The presence agent: consumes `presence.events`, writes the connection cache, says who went online or offline.

The single writer of a user's connections. It keeps nothing in memory: the cache is what it folds onto. What it derives
(WentOnline, WentOffline) goes to the same topic, and is passed over here. It judges gateways by their leases: a
connection of a dead incarnation is not registered, and what a dead one leaves is said to be over.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from infra.stores import cache
from infra.stores.connection_cache import ConnectionCache
from infra.stores.faults import until_available
from infra.stores.line import Line
from infra.stores.live_gateways import LiveGateways
from infra.stores.log import Appender
from infra.stores.outbound_streams import end, publish
from infra.stores.registrations import Place, Registration, Registrations
from infra.stores.watchers import Watchers
from schemas import topics
from schemas.close_codes import CloseCode, payload
from schemas.codec import Undecodable, decode_presence
from schemas.commands import Origin
from schemas.outbound import Connections, Item, Kind, stream_name
from schemas.presence import AnyDeviceEvent, DeviceConnected, DeviceEvent
from streams.presence.burying import Burying
from streams.presence.judging import Incarnation
from streams.presence.leases import Leases
from streams.presence.saying import Saying
from streams.presence.state import NOBODY, Folded, evolve
from streams.presence.transitions import Transition, transition
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.progress import progress, saying_so
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to a device, and its record's place."""

    partition: int
    offset: int
    event: AnyDeviceEvent


@dataclass(slots=True)
class Outcome:
    """What follows from a batch; `partitions` are the users' own."""

    before: Mapping[str, Connections]
    after: dict[str, Connections]
    partitions: dict[str, int] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    items: dict[str, list[Item]] = field(default_factory=dict)

    def tell(self, kind: Kind, origin: Origin, payload: bytes = b"") -> None:
        stream = stream_name(origin.gateway, origin.incarnation)
        self.items.setdefault(stream, []).append(Item(kind, (origin.connection,), payload))


class PresenceAgent:
    group = "presence"
    topic = topics.PRESENCE_EVENTS
    is_background = False

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put

    async def start(self) -> None:
        redis = cache.connect(self._settings)
        bootstrap = self._settings.kafka_bootstrap
        appender = Appender(bootstrap, self.group)
        self._cache = ConnectionCache(redis)
        self._registrations = Registrations(redis)
        self._watchers = Watchers(redis)
        self._line = Line(redis)
        self._dead_letters = DeadLetters(appender, self.group)
        self._saying = Saying(appender, self.group)
        self._leases = Leases(bootstrap, self.group)
        self._burying = Burying(
            self._leases,
            self._registrations,
            ConnectionCache(redis),
            LiveGateways(redis),
            saying=self._saying,
            line=Line(redis),
        )
        await self._leases.open()

    async def work(self) -> None:
        await asyncio.gather(self._batches.work(), self._leases.run(), self._burying.run())

    async def assigned(self, partitions: frozenset[int]) -> None:
        self._burying.partitions = partitions

    async def revoked(self) -> None:
        self._burying.partitions = frozenset()
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        happened = [one for run in runs for record in run.records if (one := await self._happened(record))]
        if not happened:
            return
        hellos = (one.event for one in happened if isinstance(one.event, DeviceConnected))
        dead = await saying_so(self._leases.dead({_incarnation(one.origin) for one in hellos}))
        await until_available(lambda: self._fold(happened, dead), "the connection cache")

    async def _happened(self, record: Record) -> Happened | None:
        try:
            event = decode_presence(record.value)
        except Undecodable as broken:
            await self._dead_letters.bury(record, broken)
            return None
        return Happened(record.partition, record.offset, event) if isinstance(event, DeviceEvent) else None

    async def _fold(self, happened: Sequence[Happened], dead: set[Incarnation]) -> None:
        """First the log, then the cache, then the word to the gateways: repeated, all of it says the same again."""
        progress.touch()
        users = list(dict.fromkeys(one.event.user_id for one in happened))
        found = await self._cache.read(users)
        before = {user_id: value or NOBODY for user_id, value in zip(users, found, strict=True)}
        outcome = fold(happened, before, dead)
        await self._saying.say(outcome.transitions)
        await self._registrations.add(_registered(outcome.after, outcome))
        await self._cache.write(outcome.after)
        await self._registrations.remove(_left(outcome))
        await publish(self._line, outcome.items)
        await end(self._line, dead)
        await self._watchers.tell({one.user_id for one in outcome.transitions})


def fold(happened: Sequence[Happened], before: Mapping[str, Connections], dead: set[Incarnation]) -> Outcome:
    """Fold a batch. Pure. Who says Hello through a dead incarnation is sent away."""
    outcome = Outcome(before, dict(before))
    for one in happened:
        event, user_id = one.event, one.event.user_id
        outcome.partitions[user_id] = one.partition
        if isinstance(event, DeviceConnected) and _incarnation(event.origin) in dead:
            outcome.tell(Kind.CLOSE, event.origin, payload(CloseCode.STREAM_LOST))
            continue
        state = outcome.after[user_id]
        folded = evolve(state, event, one.offset)
        outcome.after[user_id] = folded.connections
        _tell(outcome, folded)
        if one.offset > state.offset and (change := transition(state, folded.connections, event)):
            outcome.transitions.append(change)
    return outcome


def _tell(outcome: Outcome, folded: Folded) -> None:
    for origin in folded.registered:
        outcome.tell(Kind.REGISTERED, origin)
    for origin in folded.replaced:
        outcome.tell(Kind.CLOSE, origin, payload(CloseCode.REPLACED))


def _registered(states: Mapping[str, Connections], outcome: Outcome) -> set[Registration]:
    return {
        (Place(outcome.partitions[user_id], one.gateway, one.incarnation), user_id)
        for user_id, state in states.items()
        for one in state.connections
    }


def _left(outcome: Outcome) -> set[Registration]:
    return _registered(outcome.before, outcome) - _registered(outcome.after, outcome)


def _incarnation(origin: Origin) -> Incarnation:
    return origin.gateway, origin.incarnation
