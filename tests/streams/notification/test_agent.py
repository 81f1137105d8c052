"""The notification agent on the real stores: who is asked for, when, and that nothing is acknowledged before."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.connection_cache import ConnectionCache
from infra.stores.postgres import Postgres
from infra.stores.preferences import Preferences
from infra.stores.pushes import Pushes
from schemas import topics
from schemas.codec import decode_push_request
from schemas.commands import Origin
from schemas.events import AnyEvent, MessageSent
from schemas.notifications import PushRequested
from schemas.outbound import Connections
from schemas.sealing import new_data_key
from streams.notification.agent import NotificationAgent
from streams.notification.settings import PushSettings
from streams.runtime.settings import StreamSettings
from tests.builders import broken_record, delivered, reachable, read, record, sent
from tests.infra.stores.connecting import new_id
from tests.infra.stores.pushing import Phones
from tests.log_tail import LogTail
from tests.streams.employer import Employer, Task, until

DEADLINE_SECONDS = 3.0
SETTLE_SECONDS = 0.4


class House:
    """Alice writes to Bob, who has a phone and a laptop, both with tokens."""

    def __init__(
        self, agent: NotificationAgent, postgres: Postgres, redis: Redis, phones: Phones, tail: LogTail[PushRequested]
    ) -> None:
        self.agent = agent
        self.postgres = postgres
        self.phones = phones
        self.alice, self.bob, self.conversation_id = new_id(), phones.user_id, phones.conversation_id
        self._redis = redis
        self._tail = tail
        self._changes = 0

    async def furnish(self) -> None:
        self.phone, self.laptop = await self.phones.phone("fcm"), await self.phones.phone("apns")

    def says(self, seq: int = 1, *, ago_seconds: float = 0) -> MessageSent:
        members = (self.alice, self.bob) if seq == 1 else None
        return sent(
            seq,
            actor_id=self.alice,
            conversation_id=self.conversation_id,
            member_ids=members,
            at_ms=round((time.time() - ago_seconds) * 1000),
        )

    async def connect(self, *device_ids: str) -> None:
        found = tuple(reachable(f"of-{one}", device_id=one) for one in device_ids)
        self._changes += 1
        await ConnectionCache(self._redis).write({self.bob: Connections(self._changes, found)})

    def task(self, *events: AnyEvent) -> Task:
        return Task(self.agent, [record(event, offset) for offset, event in enumerate(events)])

    async def asked(self) -> list[PushRequested]:
        """What was asked for Bob until now."""
        return [one for one in await self._tail.read() if one.user_id == self.bob]

    async def asked_of(self) -> list[str]:
        return [one.device_id for one in await self.asked()]


def origin(device_id: str) -> Origin:
    return Origin("gateway-1", "1a2b3c", f"of-{device_id}")


@pytest.fixture
def push_settings(settings: StreamSettings) -> PushSettings:
    return PushSettings(
        **{
            **dict(settings),
            "push_deadline_seconds": DEADLINE_SECONDS,
            "push_settle_seconds": SETTLE_SECONDS,
        }
    )


@pytest.fixture
async def house(
    employer: Employer, push_settings: PushSettings, postgres: Postgres, redis: Redis
) -> AsyncIterator[House]:
    agent = NotificationAgent(push_settings)
    await employer.hire(agent)
    bob, master = new_id(), push_settings.master_key_bytes()
    account = NewAccount(bob, f"h.{bob[:8]}", "Bob", "a hash", new_data_key(master, bob))
    assert await Accounts(postgres).create(account)
    tail = LogTail(push_settings.kafka_bootstrap, topics.NOTIFICATION_REQUESTS, decode_push_request)
    house = House(agent, postgres, redis, Phones(postgres, push_settings, bob), tail)
    await house.furnish()
    yield house
    tail.close()


class TestWithoutAConnection:
    async def test_asked_for_at_once(self, house: House) -> None:
        message, began = house.says(), time.monotonic()
        await house.task(message).done()
        assert time.monotonic() - began < DEADLINE_SECONDS
        asked = await house.asked()
        assert {(house.phone, "fcm"), (house.laptop, "apns")} == {(one.device_id, one.provider) for one in asked}
        assert {(message.message_id, 1, "message", None)} == {
            (one.message_id, one.seq, one.kind, one.body) for one in asked
        }

    async def test_the_same_ids_when_decided_again(self, house: House) -> None:
        message = house.says()
        for _ in range(2):
            await house.task(message).done()
        asked = await house.asked()
        assert (4, 2) == (len(asked), len({one.request_id for one in asked}))

    async def test_not_of_what_was_read_in_the_same_batch(self, house: House) -> None:
        message = house.says()
        await house.task(message, read(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        assert [] == [one for one in await house.asked() if one.kind == "message"]

    async def test_not_of_what_is_too_old(self, house: House) -> None:
        await house.task(house.says(ago_seconds=2 * 86_400)).done()
        assert [] == await house.asked()

    async def test_not_where_it_is_muted(self, house: House) -> None:
        until = datetime.now(UTC) + timedelta(hours=1)
        await Preferences(house.postgres).mute(house.bob, house.conversation_id, until)
        await house.task(house.says()).done()
        assert [] == await house.asked()

    async def test_not_without_a_token(self, house: House) -> None:
        await house.phones.tokens.drop(house.bob, house.phone)
        await house.task(house.says()).done()
        assert [house.laptop] == await house.asked_of()

    async def test_after_a_standstill_not_of_what_was_read_meanwhile(self, house: House) -> None:
        late = house.task(house.says(ago_seconds=60))
        await house.task(read(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        await late.done()
        assert [] == [one for one in await house.asked() if one.kind == "message"]

    async def test_after_a_standstill_of_the_rest(self, house: House) -> None:
        await house.task(house.says(ago_seconds=60)).done()
        assert 2 == len(await house.asked())

    async def test_what_cannot_be_read_is_passed_over(self, house: House) -> None:
        await Task(house.agent, [broken_record(None), record(house.says(), 1)]).done()
        assert 2 == len(await house.asked())


class TestConnected:
    async def test_asked_for_at_the_deadline(self, house: House) -> None:
        await house.connect(house.phone, house.laptop)
        began = time.monotonic()
        task = house.task(house.says())
        await asyncio.sleep(DEADLINE_SECONDS / 2)
        assert (False, []) == (task.is_done, await house.asked())
        await task.done()
        assert time.monotonic() - began >= DEADLINE_SECONDS
        assert 2 == len(await house.asked())

    async def test_not_once_it_is_delivered(self, house: House) -> None:
        await house.connect(house.phone, house.laptop)
        task = house.task(house.says())
        await house.task(delivered(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        await task.done()
        assert [] == await house.asked()

    async def test_delivered_to_one_the_other_without_a_socket_is_told(self, house: House) -> None:
        await house.connect(house.laptop)
        task = house.task(house.says())
        await house.task(delivered(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        await task.done()
        assert [house.phone] == await house.asked_of()

    async def test_a_later_message_does_not_wait_for_an_earlier_deadline(self, house: House) -> None:
        await house.connect(house.phone, house.laptop)
        first = house.task(house.says())

        async def is_waiting() -> bool:
            return house.agent._waiting.next_due_ms() is not None

        await until(is_waiting, "the first message to be held")
        await house.connect()
        await house.phones.tokens.drop(house.bob, house.laptop)
        began = time.monotonic()
        await house.task(house.says(2)).done()
        assert time.monotonic() - began < DEADLINE_SECONDS
        await first.done()


class TestRead:
    async def shown(self, house: House, device_ids: Sequence[str]) -> None:
        pushes = Pushes(house.postgres, "fcm", 100)
        await pushes.begin([house.phones.message(one) for one in device_ids])

    async def test_other_devices_that_show_it_are_cleared(self, house: House) -> None:
        await house.task(house.says()).done()
        await self.shown(house, [house.phone, house.laptop])
        await house.connect(house.laptop)
        one = read(1, actor_id=house.bob, conversation_id=house.conversation_id, origin=origin(house.laptop))
        await house.task(one).done()
        cleared = [one for one in await house.asked() if one.kind == "clear"]
        assert [(house.phone, "fcm", 1)] == [(one.device_id, one.provider, one.seq) for one in cleared]

    async def test_what_is_on_its_way_is_cleared_too(self, house: House) -> None:
        await house.task(house.says()).done()
        await house.task(read(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        assert {house.phone, house.laptop} == {one.device_id for one in await house.asked() if one.kind == "clear"}

    async def test_once(self, house: House) -> None:
        await house.task(house.says()).done()
        await self.shown(house, [house.phone])
        one = read(1, actor_id=house.bob, conversation_id=house.conversation_id)
        for _ in range(2):
            await house.task(one).done()
        cleared = [one.request_id for one in await house.asked() if one.kind == "clear"]
        assert len(cleared) == len(set(cleared))

    async def test_nothing_where_nothing_is_shown(self, house: House) -> None:
        await house.task(read(1, actor_id=house.bob, conversation_id=house.conversation_id)).done()
        assert [] == await house.asked()
