"""The notification agent: consumes `conversation.events`, appends to `notification.requests`. It sends nothing itself.

Only what happens is told, never what happened: the group begins at the end of the log (`begins_at_end`), and writes
requests from nowhere else, so no rebuild and no replay ever makes one.

Deadlines survive a crash because nothing has to: a run is acknowledged when every device that waits for one of its
messages was told or needs it no more. So offsets are held back for at most the deadline; whoever comes next reads the
same records, and what follows them (receipts stand in the same partition), and decides the same: the same ids of
requests, which are sent once (`sending`). A due time is a message's own time plus the deadline, so it comes no later
for that; after a standstill a moment is added in which the receipts that stand further on are read. What is held is
bounded: a partition with 10,000 records that are not acknowledged pauses. Those that lie so far back that their
receipts come later than that moment are judged once more before they are sent, by the inbox.
"""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Collection, Mapping, Sequence

from infra.stores import cache
from infra.stores.connection_cache import ConnectionCache
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.postgres import Postgres
from infra.stores.push_shown import PushShown
from infra.stores.push_tokens import PushTokens, Target
from schemas import topics
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent, MessageSent
from schemas.notifications import Provider, PushRequested
from schemas.outbound import Connections
from streams.fanout.membership import MembershipMissing, membership_view
from streams.notification import decide
from streams.notification.appending import append_request
from streams.notification.decide import Known, Read, Terms
from streams.notification.holding import HeldRun, held
from streams.notification.settings import PushSettings
from streams.notification.waiting import Wait, Waiting
from streams.runtime.batches import Batches
from streams.runtime.faults import fault_point
from streams.runtime.positions import starts_of
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

GROUP = "notification"
RECENT_PLACES_MAX = 20_000

Place = tuple[str, str]
"""User and conversation."""


class NotificationAgent:
    group = GROUP
    topic = topics.CONVERSATION_EVENTS
    is_background = True  # in windows: most messages reach connected devices, and nobody is told of them
    begins_at_end = True

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = push = PushSettings.of(settings)
        self._terms = Terms(
            push.push_deadline_seconds * 1000,
            push.push_settle_seconds * 1000,
            push.push_expiry_seconds * 1000,
            push.push_with_text,
        )
        self._batches = Batches(self._flush)
        self._waiting = Waiting()
        self._is_sooner = asyncio.Event()
        # What was just asked for may not be shown yet, so the table of what is shown does not have it.
        self._recent: OrderedDict[Place, dict[str, tuple[int, Provider]]] = OrderedDict()

    async def start(self) -> None:
        settings = self._settings
        self._connections = ConnectionCache(cache.connect(settings))
        postgres = await Postgres.connect(settings)
        self._tokens = PushTokens(postgres, settings.master_key_bytes())
        self._shown = PushShown(postgres)
        self._appender = Appender(settings.kafka_bootstrap, self.group)
        requests = topics.NOTIFICATION_REQUESTS.name
        await until_available(lambda: self._appender.warm_up(requests), "Kafka")
        self._membership = await membership_view(settings, await LiveViews.connect(postgres))

    def put(self, run: Run) -> None:
        self._batches.put(held(run))

    async def work(self) -> None:
        await asyncio.gather(self._batches.work(), self._ring())

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: what is needed comes with the events, or is looked up for them."""

    async def revoked(self) -> None:
        await self._batches.drop()
        self._waiting.clear()
        self._membership.forget()

    async def _ring(self) -> None:
        """Ask for those whose deadline comes."""
        while True:
            self._is_sooner.clear()
            due_ms = self._waiting.next_due_ms()
            seconds = None if due_ms is None else max(0.0, due_ms - _now_ms()) / 1000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_sooner.wait(), seconds)
            await self._tell(self._waiting.take_due(_now_ms()))

    async def _flush(self, runs: Sequence[Run]) -> None:
        found = [(run, [event for record in run.records if (event := _event(record))]) for run in runs]
        events = [event for _, some in found for event in some]
        starts = starts_of(runs)
        await until_available(lambda: self._fold(events, starts), "membership")
        now_ms = _now_ms()
        users = {id(one): self._candidates(one, now_ms) for one in events if isinstance(one, MessageSent)}
        reads = [one for event in events if (one := decide.read(event))]
        known = await until_available(lambda: self._look(events, users, reads), "devices, connections")
        next_before = self._waiting.next_due_ms()
        for run, some in found:
            assert isinstance(run, HeldRun)
            for event in some:
                self._waiting.fold(event)
                if isinstance(event, MessageSent):
                    self._wait(event, users[id(event)], known, run)
        await self._tell(self._waiting.take_due(_now_ms()))
        await self._clear(reads, known)
        self._membership.evict()
        if (due_ms := self._waiting.next_due_ms()) is not None and (next_before is None or due_ms < next_before):
            self._is_sooner.set()

    def _wait(self, event: MessageSent, users: Collection[str], known: Known, run: HeldRun) -> None:
        for wait in decide.waits(event, users, known, now_ms=_now_ms(), terms=self._terms, done=run.hold.release):
            run.hold.hold()
            self._waiting.add(wait)

    def _candidates(self, event: MessageSent, now_ms: float) -> list[str]:
        return decide.candidates(event, self._membership.roster(event.conversation_id), now_ms, self._terms)

    async def _fold(self, events: Sequence[AnyEvent], starts: Mapping[int, int]) -> None:
        """Also writes what fan-out writes, the same rows under the same order: no matter who is ahead."""
        progress.touch()
        try:
            await self._membership.fold(events, starts)
        except MembershipMissing as behind:  # this group began at the end, and fan-out has not come so far yet
            raise StoreUnavailable(f"nothing is known of {behind} yet") from behind

    async def _look(self, events: Sequence[AnyEvent], users: dict[int, list[str]], reads: Sequence[Read]) -> Known:
        progress.touch()
        targets: dict[str, list[Target]] = {}
        readers = {one.user_id for one in reads}
        for target in await self._tokens.of_users(readers.union(*users.values())):
            targets.setdefault(target.user_id, []).append(target)
        sent = [event for event in events if isinstance(event, MessageSent)]
        places = {(one, event.conversation_id) for event in sent for one in users[id(event)] if one in targets}
        muted = await self._tokens.muted(places)
        wanted = sorted(targets)
        found = await self._connections.read(wanted)
        connections: dict[str, Connections] = {
            user_id: value for user_id, value in zip(wanted, found, strict=True) if value is not None
        }
        return Known(targets, connections, muted)

    async def _tell(self, waits: Sequence[Wait]) -> None:
        """Append the requests; what waited for them is done once the log has them."""
        if not waits:
            return
        fault_point("push-decided")
        for wait in waits:
            self._remember(wait)
        await self._append([decide.requested(wait, self._terms) for wait in waits])
        fault_point("push-requested")
        for wait in waits:
            wait.done()

    def _remember(self, wait: Wait) -> None:
        place, seq = (wait.user_id, wait.message.conversation_id), wait.message.seq
        devices = self._recent.pop(place, {})
        before, _ = devices.get(wait.device_id, (seq, wait.provider))
        self._recent[place] = devices | {wait.device_id: (min(seq, before), wait.provider)}
        while len(self._recent) > RECENT_PLACES_MAX:
            self._recent.popitem(last=False)

    async def _clear(self, reads: Sequence[Read], known: Known) -> None:
        """Silently take away what was read elsewhere; the device on which it was read has done so itself. People
        without a token show nothing: two questions to PostgreSQL fewer for a batch in which nobody has one."""
        last = {(one.user_id, one.conversation_id): one for one in reads if one.user_id in known.targets}
        if not last:
            return
        seqs = {place: one.seq for place, one in last.items()}
        shown = await until_available(lambda: self._shown.of(seqs), "what is shown")
        devices = {((one.user_id, one.conversation_id), one.device_id): one.provider for one in shown}
        for place, one in last.items():
            recent = self._recent.pop(place, {})
            devices |= {(place, device): provider for device, (seq, provider) in recent.items() if seq <= one.seq}
            if later := {device: asked for device, asked in recent.items() if asked[0] > one.seq}:
                self._recent[place] = later
        readers = {place: decide.reader(one, known.connections.get(one.user_id)) for place, one in last.items()}
        await self._append(
            [
                decide.cleared(last[place], device_id, provider, self._terms)
                for (place, device_id), provider in devices.items()
                if device_id != readers[place]
            ]
        )
        await until_available(lambda: self._shown.forget(seqs), "what is shown")

    async def _append(self, requests: Sequence[PushRequested]) -> None:
        appends: list[Awaitable[None]] = [append_request(self._appender, one, self.group) for one in requests]
        await asyncio.gather(*appends)


def _now_ms() -> float:
    return time.time() * 1000


def _event(record: Record) -> AnyEvent | None:
    """The event, or None if it cannot be read: nobody is told of it, and the timeline raises the alarm."""
    try:
        return decode_event(record.value)
    except Undecodable as broken:
        log.critical("%s %d/%d cannot be read: %s", record.topic, record.partition, record.offset, broken)
        return None
