"""Push: from a message's time in the log to fake-push, on the whole road; and pushes alone, at a rate and flat out.

Recipients have no connection and one phone each, half of them Google's, half Apple's. Times are the machine's own
clock, to a millisecond: those that ids carry, and those at which fake-push took the pushes.
"""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import msgspec

from infra.fake_push.devices import Push, Screen
from infra.local.services import fake_push_url
from infra.local.settings import LocalSettings
from infra.stores.log import Appender
from infra.stores.postgres import Postgres
from infra.stores.push_tokens import PushTokens
from infra.stores.settings import StoreSettings
from schemas import topics
from schemas.codec import encode
from schemas.ids import message_id, message_milliseconds, push_request_id
from schemas.notifications import Provider, PushRequested
from schemas.times import timestamp
from tests.bench.fleet import Fleet
from tests.bench.options import WARM_UP_SECONDS, Options
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.spread import Spread, spread
from tests.bench.text import Template, new_mark, to_user
from tests.bench.users import BenchUser

PHONES = 200
MESSAGES_PER_SECOND = 20
FLAT_OUT = 5_000
SETTLE_SECONDS = 60.0
EXPIRES = "2099-01-01T00:00:00.000Z"
NS = 1_000_000


class PushResult(msgspec.Struct, frozen=True):
    """`from_event` is on the whole road, `from_request` at `rate` requests a second; `flat_out_per_second` is how many
    a second fake-push took of those that stood in the log at once."""

    messages: int
    from_event: Spread
    rate: int
    from_request: Spread
    flat_out_per_second: float
    missing: int
    repeated: int
    processes: list[ProcessUse]


class Phone(msgspec.Struct, frozen=True):
    user: BenchUser
    provider: Provider
    token: str


class Arrivals:
    """What fake-push took."""

    def __init__(self, http: httpx.AsyncClient, phones: Sequence[Phone]) -> None:
        self._http = http
        self._phones = phones

    async def accepted(self) -> int:
        return int((await self._http.get("/devices")).json()["accepted"])

    async def forget(self) -> None:
        await self._http.delete("/devices")

    async def settle(self, count: int) -> list[Push]:
        """All pushes, once there are so many or no more come in good time."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while await self.accepted() < count and time.monotonic() < deadline:  # noqa: ASYNC110 — another process counts
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        found: list[Push] = []
        for phone in self._phones:
            answer = await self._http.get(f"/devices/{phone.token}")
            found += msgspec.json.decode(answer.content, type=Screen).pushes
        return found


async def measure_push(users: Sequence[BenchUser], processes: Processes, options: Options) -> PushResult:
    """Half of the users write, half have phones."""
    writers, recipients = users[:PHONES], users[PHONES:]
    async with _phones(recipients) as phones, _arrivals(phones) as arrivals:
        await _write(writers, phones, arrivals, options, WARM_UP_SECONDS)  # warms the road up
        count, by_message = await _write(writers, phones, arrivals, options, options.seconds)
        appender = Appender(options.kafka_bootstrap, "bench")
        await appender.warm_up(topics.NOTIFICATION_REQUESTS.name)
        before = processes.read()
        asked, by_request = await _request(appender, phones, arrivals, options.push_rate, options.seconds)
        used = used_between(before, processes.read(), asked)
        flat_out = await _flat_out(appender, phones, arrivals)
        pushes = (*by_message, *by_request, *flat_out)
        times = Counter(one.message_id for one in pushes)
        return PushResult(
            messages=count,
            from_event=spread(_waited(one) for one in by_message),
            rate=options.push_rate,
            from_request=spread(_waited(one) for one in by_request),
            flat_out_per_second=_rate(flat_out),
            missing=count + asked + FLAT_OUT - len(times),
            repeated=times.total() - len(times),
            processes=used,
        )


@asynccontextmanager
async def _phones(users: Sequence[BenchUser]) -> AsyncIterator[list[Phone]]:
    settings = StoreSettings()
    postgres = await Postgres.connect(settings)
    tokens = PushTokens(postgres, settings.master_key_bytes())
    providers: tuple[Provider, Provider] = ("fcm", "apns")
    phones = [Phone(user, providers[number % 2], _token(user, number)) for number, user in enumerate(users)]
    for phone in phones:
        await tokens.put(phone.user.user_id, phone.user.device_id, phone.provider, phone.token)
    yield phones
    for phone in phones:
        await tokens.drop(phone.user.user_id, phone.user.device_id)
    await postgres.close()


def _token(user: BenchUser, number: int) -> str:
    name = uuid.UUID(user.device_id).hex
    return f"{name[:16]}:APA91b{name[16:]}" if number % 2 == 0 else name * 2


@asynccontextmanager
async def _arrivals(phones: Sequence[Phone]) -> AsyncIterator[Arrivals]:
    async with httpx.AsyncClient(base_url=fake_push_url(LocalSettings()), trust_env=False, timeout=30) as http:
        arrivals = Arrivals(http, phones)
        await arrivals.forget()
        yield arrivals
        await arrivals.forget()


async def _write(
    writers: Sequence[BenchUser], phones: Sequence[Phone], arrivals: Arrivals, options: Options, seconds: float
) -> tuple[int, list[Push]]:
    """Messages over sockets, to people who sleep."""
    await arrivals.forget()
    fleet, template = Fleet(options.socket_url, options.heartbeat_seconds), Template(new_mark())
    fleet.on_frame = lambda *_: True
    try:
        await fleet.open(writers)
        count = round(seconds * MESSAGES_PER_SECOND)
        for number in range(count):
            place = number % len(writers)
            fleet.connections[place].send(template.frame(to_user(phones[place].user.user_id), number))
            await asyncio.sleep(1 / MESSAGES_PER_SECOND)
        return count, await arrivals.settle(count)
    finally:
        await fleet.close()


async def _request(
    appender: Appender, phones: Sequence[Phone], arrivals: Arrivals, rate: int, seconds: float
) -> tuple[int, list[Push]]:
    """Requests straight into the log, so many a second."""
    await arrivals.forget()
    count, began = round(rate * seconds), time.monotonic()
    for number in range(count):
        _append(appender, phones[number % len(phones)])
        if (ahead := began + number / rate - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
    return count, await arrivals.settle(count)


async def _flat_out(appender: Appender, phones: Sequence[Phone], arrivals: Arrivals) -> list[Push]:
    await arrivals.forget()
    for number in range(FLAT_OUT):
        _append(appender, phones[number % len(phones)])
    return await arrivals.settle(FLAT_OUT)


def _append(appender: Appender, phone: Phone) -> None:
    now_ms = time.time_ns() // NS
    id_ = message_id(now_ms, 0, random.getrandbits(60))
    request = PushRequested(
        request_id=push_request_id(phone.user.device_id, id_, "message"),
        user_id=phone.user.user_id,
        device_id=phone.user.device_id,
        provider=phone.provider,
        conversation_id=str(uuid.UUID(int=uuid.UUID(phone.user.user_id).int ^ 1)),
        seq=1,
        kind="message",
        at=timestamp(now_ms),
        expires_at=EXPIRES,
        message_id=id_,
    )
    appender.produce(topics.NOTIFICATION_REQUESTS.name, encode(request), key=request.user_id)


def _waited(push: Push) -> int:
    return max(0, round(push.at * 1e9) - message_milliseconds(push.message_id) * NS)


def _rate(pushes: Sequence[Push]) -> float:
    times = sorted(one.at for one in pushes)
    return round(len(times) / (times[-1] - times[0]), 1) if len(times) > 1 else 0.0
