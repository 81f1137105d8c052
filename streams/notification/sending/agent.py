"""The sending agent of one provider: consumes `notification.requests`, asks FCM or APNs, appends
`notification.outcomes`.

One agent and one consumer group for each provider: one that is away holds up its own alone. A request is begun in
PostgreSQL (infra.stores.pushes) and then acknowledged: from there on the table is what remembers it, with its attempts
and pauses, so a push that is tried again for hours holds back no offset, and no other push. Only so many are under way
at once, and those for one device go one after another, so that a `clear` does not overtake what it clears.

At most one visible push for a message and device: the mark is durable before the provider is asked, the id is the
same for every repetition of the request, and an attempt without an answer (crash, time-out, lost connection) is
followed only by silent ones. The price: where the provider had not been reached after all, the device is woken, and
shows the message from what it then fetches, instead of being shown it by the provider.
"""

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

import msgspec

from infra.stores.erasures import Erasures
from infra.stores.faults import until_available
from infra.stores.forgetting import Forgetting
from infra.stores.keys import Keys
from infra.stores.log import Appender
from infra.stores.postgres import Postgres
from infra.stores.push_targets import PushTargets
from infra.stores.push_tokens import PushTokens
from infra.stores.pushes import Pushes, Started
from infra.telemetry import metrics
from schemas import bodies, topics
from schemas.bodies import Text
from schemas.codec import Undecodable, decode_push_request
from schemas.notifications import Provider as Name
from schemas.notifications import PushRequested
from schemas.sealing import SealBroken, TokenKey
from streams.notification.sending import plan
from streams.notification.sending.outcomes import Attempt, failed, put_off, settlement
from streams.notification.sending.provider import (
    Accepted,
    Again,
    Answer,
    Provider,
    Push,
    Rejected,
    Unknown,
    Unregistered,
)
from streams.notification.sending.settling import Settling
from streams.notification.sending.slots import Slots
from streams.notification.settings import PushSettings
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress, saying_so
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

BATCH_RECORDS_MAX = 500
LOOK_SECONDS = 1.0  # how often those that are due again are looked for
FORGET_SECONDS = 3600.0
DEVICE_MAX = 8  # under way to one device: one that hangs must not take all slots. The others wait in the table
FINISH_SECONDS = 8.0  # of those that are under way when the process ends


class SendingAgent:
    topic = topics.NOTIFICATION_REQUESTS
    is_background = False

    def __init__(self, settings: StreamSettings, name: Name) -> None:
        self.group = f"push-{name}"
        self._name = name
        self._settings = PushSettings.of(settings)
        self._batches = Batches(self._flush, BATCH_RECORDS_MAX)
        self.put: Callable[[Run], None] = self._batches.put
        self._slots = Slots(self._settings.push_concurrency)
        self._backoff = plan.Backoff(
            self._settings.push_backoff_first_seconds, self._settings.push_backoff_last_seconds, random.random
        )
        self._last: dict[str, asyncio.Task[None]] = {}  # by device
        self._counts: Counter[str] = Counter()  # likewise
        self._is_held = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._forgot_at = time.monotonic()

    async def start(self) -> None:
        settings = self._settings
        self._provider = _provider(self._name, settings)
        postgres = await Postgres.connect(settings)
        master_key = settings.master_key_bytes()
        self._targets = PushTargets(postgres)
        self._pushes = Pushes(postgres, self._name, settings.push_lease_seconds)
        self._keys = Keys(postgres, master_key)
        self._forgetting = Forgetting(Erasures(postgres, master_key), (self._keys,))
        self._token_key = TokenKey(master_key)
        appender = Appender(settings.kafka_bootstrap, self.group)
        await until_available(lambda: appender.warm_up(topics.NOTIFICATION_OUTCOMES.name), "Kafka")
        self._dead_letters = DeadLetters(appender, self.group)
        self._settling = Settling(appender, PushTokens(postgres, master_key), self._pushes, self.group)
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work(self) -> None:
        await asyncio.gather(
            self._batches.work(), self._settling.work(), self._again(), self._forgetting.run(), self._failed
        )

    async def assigned(self, partitions: frozenset[int]) -> None:  # noqa: ARG002 — whichever they are
        """What was begun stands in the table."""
        self._is_held = False

    async def revoked(self) -> None:
        """Those under way may end: one that is cut off leaves a doubt. None is taken up meanwhile."""
        self._is_held = True
        await self._batches.drop()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)

    async def _flush(self, runs: Sequence[Run]) -> None:
        todo = deque([one for run in runs for record in run.records if (one := await self._request(record))])
        while todo:
            count = await saying_so(self._slots.take(len(todo)))
            await self._begin([todo.popleft() for _ in range(count)])

    async def _request(self, record: Record) -> PushRequested | None:
        try:
            request = decode_push_request(record.value)
        except Undecodable as broken:
            await self._dead_letters.bury(record, broken)
            return None
        return request if request.provider == self._name else None

    async def _begin(self, requests: Sequence[PushRequested]) -> None:
        """Mark those that are new, and ask for them; each has a slot."""
        begun = await until_available(lambda: self._mark(requests), "pushes")
        new = list({one.request_id: one for one in requests if one.request_id in begun}.values())
        self._slots.give_back(len(requests) - len(new))
        if new:
            fault_point("push-marked")
        await self._go([Started(one) for one in new])

    async def _mark(self, requests: Sequence[PushRequested]) -> frozenset[str]:
        progress.touch()
        return await self._pushes.begin(requests)

    async def _again(self) -> None:
        """Those whose pause is over, and those that somebody left without an outcome."""
        while True:
            taken = await self._slots.take(self._settings.push_concurrency)
            due = [] if self._is_held else await until_available(lambda taken=taken: self._take_due(taken), "pushes")  # type: ignore[misc]
            self._slots.give_back(taken - len(due))
            await self._go(due)
            if len(due) < taken:  # else there are more
                await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() - self._forgot_at > FORGET_SECONDS:
                self._forgot_at = time.monotonic()
                await until_available(self._pushes.forget_old, "pushes")

    async def _take_due(self, count: int) -> list[Started]:
        progress.touch()
        return await self._pushes.take_due(count)

    async def _go(self, some: Sequence[Started]) -> None:
        if not some:
            return
        wanted = await until_available(lambda: self._targets.look([one.request for one in some]), "devices")
        for started, one in zip(some, wanted, strict=True):
            device_id, attempt = started.request.device_id, Attempt(started, one)
            is_full = self._counts[device_id] >= DEVICE_MAX
            before = self._last.get(device_id)
            task = asyncio.create_task(self._put_off(attempt) if is_full else self._attempt(attempt, before))
            self._last[device_id] = task
            self._counts[device_id] += 1
            self._under_way.add(task)
            task.add_done_callback(lambda done, device_id=device_id: self._ended(done, device_id))  # type: ignore[misc]

    def _ended(self, task: "asyncio.Task[None]", device_id: str) -> None:
        self._slots.give_back()
        self._under_way.discard(task)
        self._counts[device_id] -= 1
        if not self._counts[device_id]:
            del self._counts[device_id], self._last[device_id]
        if not task.cancelled() and (fault := task.exception()) and not self._failed.done():
            self._failed.set_exception(fault)

    async def _put_off(self, attempt: Attempt) -> None:
        await self._settling.settle(put_off(attempt, LOOK_SECONDS))

    async def _attempt(self, attempt: Attempt, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait([before])
        reason = plan.needless(attempt.started, attempt.wanted, self._name, _now_ms())
        if reason is not None:
            await self._settling.settle(failed(attempt, reason, _now_ms(), asked=False))
            return
        push = await self._plan(attempt)
        answer = await self._provider.send(push)
        fault_point("push-asked")
        self._say(attempt, answer)
        await self._settling.settle(settlement(attempt, answer, push.kind, _now_ms(), self._backoff))

    async def _plan(self, attempt: Attempt) -> Push:
        started, wanted = attempt.started, attempt.wanted
        assert wanted.sealed is not None
        return plan.push(
            started,
            wanted,
            self._token_key.open(wanted.sealed, device_id=started.request.device_id),
            now_ms=_now_ms(),
            is_alert=self._settings.push_style == "alert",
            texts=await until_available(lambda: self._texts(attempt), "keys"),
        )

    async def _texts(self, attempt: Attempt) -> plan.Texts | None:
        """Title and text, where the request has the sealed body and a setting wants it opened."""
        request = attempt.started.request
        if not self._settings.push_with_text or request.body is None or request.sender_id is None:
            return None
        key = await self._keys.key(request.sender_id)
        if key is None:
            return None  # erased
        try:
            plain = key.open(
                request.body,
                conversation_id=request.conversation_id,
                sender_id=request.sender_id,
                client_id=request.client_id or "",
            )
            body = bodies.decode(plain)
        except (SealBroken, msgspec.DecodeError) as broken:
            log.warning("%s: the text is left out: %s", request.request_id, broken)
            return None
        text = body.text if isinstance(body, Text) else body.caption or ""
        return plan.Texts(attempt.wanted.sender_name or "", text)

    def _say(self, attempt: Attempt, answer: Answer) -> None:
        metrics.PUSH_ANSWERS.labels(self._name, type(answer).__name__.lower()).inc()
        request_id = attempt.request.request_id
        match answer:
            case Again() if answer.is_ours:
                log.critical("%s: our credentials are refused: %s", self.group, answer.detail)
            case Rejected():
                log.warning("%s: %s is refused: %s", self.group, request_id, answer.detail)
            case Again() | Unknown() | Unregistered():
                log.info("%s: %s: %s", self.group, request_id, answer.detail)
            case Accepted():
                pass


def _provider(name: Name, settings: PushSettings) -> Provider:
    """Imported only where it is used: Google's libraries would cost every other process of agents half a second of its
    start, and memory."""
    if name == "fcm":
        from streams.notification.sending.fcm import Fcm  # noqa: PLC0415

        return Fcm(settings)
    from streams.notification.sending.apns import Apns  # noqa: PLC0415

    return Apns(settings)


def _now_ms() -> float:
    return time.time() * 1000
