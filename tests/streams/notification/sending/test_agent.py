"""The sending agents on the real stores and a real fake-push: what devices are shown, and what the log is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from infra.fake_push.devices import Fault
from infra.stores.accounts import Accounts, NewAccount
from infra.stores.postgres import Postgres
from infra.stores.pushes import Pushes
from schemas import topics
from schemas.bodies import Text
from schemas.codec import decode_push_outcome, encode
from schemas.notifications import AnyOutcome, Provider, PushFailed, PushRequested, PushSucceeded, TokenRetired
from schemas.sealing import new_data_key, unwrap
from streams.notification.sending.agent import SendingAgent
from streams.notification.settings import PushSettings
from streams.runtime.records import Record
from streams.runtime.settings import StreamSettings
from tests.fake_push import FakePush, new_token, visible
from tests.infra.stores.connecting import new_id
from tests.infra.stores.pushing import Phones
from tests.log_tail import LogTail
from tests.streams.employer import Employer, Task, until
from tests.streams.notification.sending.conftest import Server

LEASE_SECONDS = 2.0


def records(requests: Sequence[PushRequested]) -> list[Record]:
    topic = topics.NOTIFICATION_REQUESTS.name
    return [Record(topic, 0, offset, 0, b"", encode(one), ()) for offset, one in enumerate(requests)]


class House:
    def __init__(
        self,
        agents: dict[Provider, SendingAgent],
        postgres: Postgres,
        phones: Phones,
        fake_push: FakePush,
        tail: LogTail[AnyOutcome],
    ) -> None:
        self.postgres = postgres
        self.phones = phones
        self.fake_push = fake_push
        self._agents = agents
        self._tail = tail

    async def phone(self, provider: Provider = "fcm") -> tuple[str, str]:
        """A device and its token."""
        token = new_token(provider)
        return await self.phones.phone(provider, token), token

    async def put(self, *requests: PushRequested) -> None:
        """Both agents get them, as from the log, and have acknowledged."""
        for agent in self._agents.values():
            await Task(agent, records(requests)).done()

    async def told(self, request: PushRequested, count: int = 1) -> list[AnyOutcome]:
        """What the log was told of the request's device."""

        def of_device(found: list[AnyOutcome]) -> list[AnyOutcome]:
            return [one for one in found if one.device_id == request.device_id]

        return of_device(await self._tail.until(lambda found: len(of_device(found)) >= count))

    async def until(self, token: str, is_so: Callable[[list[str]], bool]) -> None:
        await self.fake_push.until(token, lambda screen: is_so([one.kind for one in screen.pushes]))


@pytest.fixture
def push_settings(settings: StreamSettings, server: Server) -> PushSettings:
    providers = {name: value for name, value in dict(server.settings).items() if name.startswith(("fcm_", "apns_"))}
    times = {
        "push_timeout_seconds": 1,
        "push_lease_seconds": LEASE_SECONDS,
        "push_backoff_first_seconds": 0.1,
        "push_with_text": True,
        "push_concurrency": 20,
    }
    return PushSettings(**{**dict(settings), **providers, **times})


@pytest.fixture
async def house(
    employer: Employer, push_settings: PushSettings, postgres: Postgres, fake_push: FakePush, nobody_else: None
) -> AsyncIterator[House]:
    agents: dict[Provider, SendingAgent] = {
        "fcm": SendingAgent(push_settings, "fcm"),
        "apns": SendingAgent(push_settings, "apns"),
    }
    for agent in agents.values():
        await employer.hire(agent)
    bob, master = new_id(), push_settings.master_key_bytes()
    assert await Accounts(postgres).create(NewAccount(bob, f"h.{bob[:8]}", "Bob", "a hash", new_data_key(master, bob)))
    tail = LogTail(push_settings.kafka_bootstrap, topics.NOTIFICATION_OUTCOMES, decode_push_outcome)
    yield House(agents, postgres, Phones(postgres, push_settings, bob), fake_push, tail)
    tail.close()
    for agent in agents.values():
        await agent._provider.close()


class TestSent:
    @pytest.mark.parametrize("provider", ["fcm", "apns"])
    async def test_shown_and_told(self, house: House, provider: Provider) -> None:
        device_id, token = await house.phone(provider)
        request = house.phones.message(device_id, provider=provider)
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushSucceeded)
        assert (request.request_id, "message", 1) == (outcome.request_id, outcome.sent, outcome.attempts)
        assert [request.message_id] == visible(await house.fake_push.screen(token))

    async def test_once_however_often_it_is_asked_for(self, house: House) -> None:
        device_id, token = await house.phone()
        request = house.phones.message(device_id)
        await house.put(request, request)
        await house.put(request)
        await house.told(request)
        await asyncio.sleep(LEASE_SECONDS * 2)
        assert 1 == len((await house.fake_push.screen(token)).pushes)

    async def test_a_clear_comes_after_what_it_clears(self, house: House) -> None:
        device_id, token = await house.phone()
        await house.put(house.phones.message(device_id), house.phones.clear(device_id))
        await house.until(token, lambda kinds: kinds == ["message", "clear"])
        assert () == (await house.fake_push.screen(token)).shown

    async def test_many_of_many_devices(self, house: House) -> None:
        phones = [await house.phone() for _ in range(20)]
        await house.put(*(house.phones.message(device_id) for device_id, _ in phones for _ in range(10)))
        for _, token in phones:
            await house.until(token, lambda kinds: len(kinds) == 10)

    async def test_with_the_text_where_it_is_wanted(self, house: House, push_settings: PushSettings) -> None:
        alice, master = new_id(), push_settings.master_key_bytes()
        wrapped = new_data_key(master, alice)
        account = NewAccount(alice, f"h.{alice[:8]}", "Alice", "a hash", wrapped)
        assert await Accounts(house.postgres).create(account)
        place = {"conversation_id": house.phones.conversation_id, "sender_id": alice, "client_id": "m1"}
        body = unwrap(master, alice, wrapped).seal(Text("hello"), **place)
        device_id, token = await house.phone()
        await house.put(house.phones.message(device_id, body=body, sender_id=alice, client_id="m1"))
        (push,) = await house.fake_push.pushed(token)
        assert ("Alice", "hello") == (push.title, push.text)


class TestNotSent:
    async def test_expired(self, house: House) -> None:
        device_id, token = await house.phone()
        request = house.phones.message(device_id, expires_at="2026-01-01T00:00:00.000Z")
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushFailed)
        assert ("expired", 0) == (outcome.reason, outcome.attempts)
        assert 0 == await house.fake_push.asked(token)

    async def test_the_token_was_dropped(self, house: House) -> None:
        device_id, token = await house.phone()
        await house.phones.tokens.drop(house.phones.user_id, device_id)
        request = house.phones.message(device_id)
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushFailed)
        assert ("no-token", 0) == (outcome.reason, await house.fake_push.asked(token))

    async def test_what_cannot_be_read_is_buried(self, house: House) -> None:
        device_id, token = await house.phone()
        broken = Record(topics.NOTIFICATION_REQUESTS.name, 0, 0, 0, b"", b"{", ())
        await Task(house._agents["fcm"], [broken, *records([house.phones.message(device_id)])]).done()
        assert 1 == len(await house.fake_push.pushed(token))


class TestRefused:
    async def test_400_is_for_good(self, house: House) -> None:
        device_id, token = await house.phone()
        await house.fake_push.order(token, Fault(status=400))
        request = house.phones.message(device_id)
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushFailed)
        assert "rejected" == outcome.reason
        await house.put(house.phones.message(device_id, 2))
        assert 1 == len(await house.fake_push.pushed(token))

    @pytest.mark.parametrize(("provider", "status"), [("fcm", 404), ("apns", 410)])
    async def test_a_token_that_is_gone_is_removed(self, house: House, provider: Provider, status: int) -> None:
        device_id, token = await house.phone(provider)
        await house.fake_push.order(token, Fault(status=status))
        request = house.phones.message(device_id, provider=provider)
        await house.put(request)
        failed, retired = await house.told(request, 2)
        assert isinstance(failed, PushFailed)
        assert isinstance(retired, TokenRetired)

        async def is_removed() -> bool:
            return not await house.phones.tokens.of_users([house.phones.user_id])

        await until(is_removed, "the token")

    async def test_but_not_one_that_is_newer(self, house: House) -> None:
        device_id, token = await house.phone()
        await house.fake_push.order(token, Fault(status=503), Fault(status=404))
        request = house.phones.message(device_id)
        await house.put(request)

        async def is_asked() -> bool:
            return await house.fake_push.asked(token) == 1

        await until(is_asked, "the first attempt")
        newer = new_token("fcm")
        await house.phones.tokens.put(house.phones.user_id, device_id, "fcm", newer)
        await house.fake_push.until(newer, lambda screen: len(screen.pushes) == 1)


class TestAgain:
    @pytest.mark.parametrize("status", [401, 429, 500, 503])
    async def test_until_it_is_taken(self, house: House, status: int) -> None:
        device_id, token = await house.phone()
        await house.fake_push.order(token, Fault(status=status, times=2))
        request = house.phones.message(device_id)
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushSucceeded)
        assert ("message", 3, 3) == (outcome.sent, outcome.attempts, await house.fake_push.asked(token))

    async def test_not_before_the_provider_said(self, house: House) -> None:
        device_id, token = await house.phone()
        await house.fake_push.order(token, Fault(status=429, retry_after=3))
        began = asyncio.get_running_loop().time()
        await house.put(house.phones.message(device_id))
        await house.fake_push.pushed(token)
        assert asyncio.get_running_loop().time() - began >= 3

    async def test_one_that_waits_holds_up_nobody(self, house: House) -> None:
        (waits, token), (other, other_token) = await house.phone(), await house.phone()
        await house.fake_push.order(token, Fault(status=503, retry_after=60))
        await house.put(house.phones.message(waits))
        await house.put(house.phones.message(other))
        await house.fake_push.pushed(other_token)


class TestDoubt:
    @pytest.mark.parametrize(("does", "shown"), [("lose", 1), ("close", 0), ("hang", 0)])
    async def test_no_answer_is_followed_by_a_silent_one(self, house: House, does: str, shown: int) -> None:
        device_id, token = await house.phone()
        await house.fake_push.order(token, Fault(does=does))  # type: ignore[arg-type]
        request = house.phones.message(device_id)
        await house.put(request)
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushSucceeded)
        assert "sync" == outcome.sent
        screen = await house.fake_push.screen(token)
        assert (shown, 1) == (len(visible(screen)), sum(one.kind == "sync" for one in screen.pushes))

    async def test_one_that_somebody_left_is_taken_up_silently(self, house: House) -> None:
        device_id, token = await house.phone()
        request = house.phones.message(device_id)
        await Pushes(house.postgres, "fcm", 0).begin([request])
        (outcome,) = await house.told(request)
        assert isinstance(outcome, PushSucceeded)
        assert ("sync", []) == (outcome.sent, visible(await house.fake_push.screen(token)))


class TestOneDeviceHangs:
    async def test_the_others_go_on(self, house: House, push_settings: PushSettings) -> None:
        (hangs, token), (other, other_token) = await house.phone(), await house.phone()
        count = push_settings.push_concurrency
        await house.fake_push.order(token, Fault(does="hang", times=3))
        await house.put(*(house.phones.message(hangs, seq) for seq in range(1, count + 1)))
        await house.put(house.phones.message(other))
        (pushed,) = await house.fake_push.pushed(other_token)

        def is_told(kinds: list[str]) -> bool:
            """Each message was shown, or a sync came in its place. On a busy machine the sync after one that hung may
            hang before the next message, and an answer may come too late, which a sync follows, too."""
            hung = count - kinds.count("message")
            return 1 <= hung <= 3 and kinds.count("sync") >= hung

        await house.until(token, is_told)
        syncs = [one for one in await house.fake_push.pushed(token) if one.kind == "sync"]
        assert pushed.at < max(one.at for one in syncs), "it waited for those that hung"


class TestOneProviderAway:
    async def test_the_other_goes_on(self, house: House) -> None:
        away, here = [await house.phone() for _ in range(3)], await house.phone("apns")
        await house.fake_push.order("fcm", Fault(does="hang", times=3))
        await house.put(
            *(house.phones.message(device_id) for device_id, _ in away),
            house.phones.message(here[0], provider="apns"),
        )
        began = asyncio.get_running_loop().time()
        await house.fake_push.pushed(here[1])
        assert asyncio.get_running_loop().time() - began < 1
        for _, token in away:
            await house.until(token, lambda kinds: kinds == ["sync"])
