"""Push, from a message to a phone's screen: who is told, who is not, and what becomes of failures.

Phones are fake-push's: it speaks Google's and Apple's protocols. Nothing else stands in for anything.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import GroupCreated, MemberRemoved
from infra.fake_push.devices import Fault
from infra.local.services import fake_push_url
from infra.local.stack import Stack
from schemas import topics
from schemas.codec import decode_push_outcome
from schemas.notifications import AnyOutcome, Provider, PushFailed, TokenRetired
from tests.conftest import VARIABLES
from tests.e2e.commands import create_group, leave_group
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, send_message, shown
from tests.e2e.pushing import Phones
from tests.e2e.receipts import got, saw
from tests.fake_push import FakePush, visible
from tests.log_tail import LogTail

DEADLINE_SECONDS = float(VARIABLES["BACKCHANNEL_PUSH_DEADLINE_SECONDS"])
AFTER_DEADLINE_SECONDS = DEADLINE_SECONDS + 3


@pytest.fixture
async def phones(people: People, system: Stack) -> AsyncIterator[Phones]:
    fake_push = FakePush(fake_push_url(system.settings))
    yield Phones(people, fake_push)
    await fake_push.close()


@pytest.fixture
async def outcomes(system: Stack) -> AsyncIterator[LogTail[AnyOutcome]]:
    bootstrap = system.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"]
    tail = LogTail(bootstrap, topics.NOTIFICATION_OUTCOMES, decode_push_outcome)
    yield tail
    tail.close()


class TestTold:
    @pytest.mark.parametrize("provider", ["fcm", "apns"])
    async def test_without_a_connection(self, phones: Phones, alice: Person, bob: Person, provider: Provider) -> None:
        phone = await phones.of(bob, provider)
        message = await alice.send(bob, "a secret")
        await phone.told(message.message_id)
        (push,) = (await phone.screen()).shown
        assert (message.conversation_id, 1, "", "") == (push.conversation_id, push.badge, push.title, push.text)
        assert "secret" not in str(push.payload)
        assert push.expires_at is not None

    async def test_the_badge_counts_and_a_conversation_collapses(
        self, phones: Phones, people: People, alice: Person, bob: Person
    ) -> None:
        phone, carol = await phones.of(bob), await people.person("carol")
        first, second = await alice.send(bob), await alice.send(bob)
        await shown(bob, second.conversation_id, second.seq)
        third = await carol.send(bob)
        await phone.told(first.message_id, second.message_id, third.message_id)
        await phone.shows(second.message_id, third.message_id)
        assert 3 == (await phone.screen()).shown[-1].badge

    async def test_all_members_of_a_group_but_the_author(
        self, phones: Phones, people: People, alice: Person, bob: Person
    ) -> None:
        carol = await people.person("carol")
        own, others = await phones.another(alice), [await phones.of(one) for one in (bob, carol)]
        group = await alice.do(GroupCreated, create_group(bob, carol))
        message = await alice.do(MessageSent, send_message(conversation_id=group.conversation_id))
        for phone in others:
            await phone.told(message.message_id)
        await phones.nothing_for(own)

    async def test_the_phone_though_the_laptop_has_it(
        self, phones: Phones, lines: Lines, alice: Person, bob: Person
    ) -> None:
        phone, line = await phones.another(bob), (await lines.hello(bob)).line
        message = await alice.send(bob)
        await got(line, message.conversation_id, message.seq)
        await phone.told(message.message_id)

    async def test_connected_but_not_acknowledged_in_time(
        self, phones: Phones, lines: Lines, alice: Person, bob: Person
    ) -> None:
        phone = await phones.of(bob)
        await lines.hello(bob)
        message = await alice.send(bob)
        await phones.nothing_for(phone, seconds=DEADLINE_SECONDS / 2)
        await phone.told(message.message_id)


    async def test_no_token_is_logged(self, phones: Phones, system: Stack, alice: Person, bob: Person) -> None:
        android, iphone = await phones.of(bob), await phones.another(bob, "apns")
        for phone in (android, iphone):
            await phones.fake_push.order(phone.token, Fault(status=503), Fault(does="close"))
        await alice.send(bob)
        for phone in (android, iphone):
            await phone.kinds("sync")
        for name in ("api", "notification"):
            said = system.log(name).read_text()
            assert not [phone for phone in (android, iphone) if phone.token in said]


class TestNotTold:
    async def test_acknowledged(self, phones: Phones, lines: Lines, alice: Person, bob: Person) -> None:
        phone, line = await phones.of(bob), (await lines.hello(bob)).line
        message = await alice.send(bob)
        await got(line, message.conversation_id, message.seq)
        await phones.nothing_for(phone, seconds=AFTER_DEADLINE_SECONDS)

    async def test_read_on_another_device(self, phones: Phones, lines: Lines, alice: Person, bob: Person) -> None:
        laptop, phone = (await lines.hello(bob)).line, await phones.another(bob)
        await lines.hello(phone.person)
        message = await alice.send(bob)
        await saw(laptop, message.conversation_id, message.seq)
        await phones.nothing_for(phone, seconds=AFTER_DEADLINE_SECONDS)

    async def test_muted(self, phones: Phones, alice: Person, bob: Person) -> None:
        first = await alice.send(bob)
        await shown(bob, first.conversation_id, 1)
        await bob.api.mute(first.conversation_id, datetime.now(UTC) + timedelta(hours=1))
        phone = await phones.of(bob)
        await alice.send(bob)
        await phones.nothing_for(phone)

    async def test_blocked(self, phones: Phones, alice: Person, bob: Person) -> None:
        phone = await phones.of(bob)
        await bob.api.request("PUT", f"/v1/blocks/{alice.user_id}")
        with pytest.raises(ApiError):
            await alice.send(bob)
        await phones.nothing_for(phone)

    async def test_left(self, phones: Phones, people: People, alice: Person, bob: Person) -> None:
        stays = await phones.of(await people.person("carol"))
        leaves = await phones.of(bob)
        group = await alice.do(GroupCreated, create_group(bob, stays.person))
        await bob.do(MemberRemoved, leave_group(group.conversation_id))
        message = await alice.do(MessageSent, send_message(conversation_id=group.conversation_id))
        await stays.told(message.message_id)
        await phones.nothing_for(leaves)

    async def test_signed_out(self, phones: Phones, alice: Person, bob: Person) -> None:
        phone, stays = await phones.another(bob), await phones.of(bob)
        await bob.api.sign_out(phone.person.credentials.device_id)
        message = await alice.send(bob)
        await stays.told(message.message_id)
        await phones.nothing_for(phone)

    async def test_dropped(self, phones: Phones, alice: Person, bob: Person) -> None:
        phone = await phones.of(bob)
        await phone.drop()
        await alice.send(bob)
        await phones.nothing_for(phone)

    async def test_moved_to_another_device(self, phones: Phones, people: People, alice: Person, bob: Person) -> None:
        phone, carol = await phones.of(bob), await people.person("carol")
        again = await phones.of(carol)
        await again.register("fcm", phone.token)  # carol signs in on bob's phone
        await alice.send(bob)
        message = await alice.send(carol)
        await phone.told(message.message_id)

    async def test_edits_and_reactions_tell_nobody(self, phones: Phones, alice: Person, bob: Person) -> None:
        message = await bob.send(alice)
        phone = await phones.of(bob)
        reaction = {"type": "SetReaction", "client_id": str(uuid4()), "emoji": "👍"}
        place = {"conversation_id": message.conversation_id, "message_id": message.message_id}
        await shown(alice, message.conversation_id, 1)
        await alice.api.request("POST", "/v1/commands", body=reaction | place)
        await phones.nothing_for(phone)


class TestCleared:
    @pytest.mark.parametrize("provider", ["fcm", "apns"])
    async def test_read_elsewhere(
        self, phones: Phones, lines: Lines, alice: Person, bob: Person, provider: Provider
    ) -> None:
        phone = await phones.another(bob, provider)
        message = await alice.send(bob)
        await phone.told(message.message_id)
        laptop = (await lines.hello(bob)).line
        await saw(laptop, message.conversation_id, message.seq)
        screen = await phone.kinds("message", "clear")
        assert () == screen.shown
        assert not screen.pushes[-1].is_visible

    async def test_not_where_nothing_is_shown(self, phones: Phones, lines: Lines, alice: Person, bob: Person) -> None:
        laptop, phone = (await lines.hello(bob)).line, await phones.another(bob)
        message = await alice.send(bob)
        await phone.told(message.message_id)
        await saw(laptop, message.conversation_id, message.seq)
        await phone.kinds("message", "clear")
        again = (await lines.hello(bob)).line
        await saw(again, message.conversation_id, message.seq)
        await asyncio.sleep(1)
        await phone.kinds("message", "clear")


class TestFailures:
    async def test_garbage_is_refused_at_the_door(self, phones: Phones, bob: Person) -> None:
        phone = await phones.of(bob)
        for provider, token in (("fcm", "no token at all"), ("apns", "zz" * 32), ("apns", "ab")):
            with pytest.raises(ApiError) as refused:
                await phone.register(provider, token)  # type: ignore[arg-type]
            assert (422, "invalid") == (refused.value.status, refused.value.code)

    async def test_garbage_that_only_the_provider_knows(
        self, phones: Phones, outcomes: LogTail[AnyOutcome], alice: Person, bob: Person
    ) -> None:
        phone = await phones.of(bob)
        await phone.register("fcm", "looks-like-one:but-is-none")
        await alice.send(bob)
        found = await outcomes.until(lambda all_: any(one.user_id == bob.user_id for one in all_))
        (failed,) = [one for one in found if one.user_id == bob.user_id]
        assert isinstance(failed, PushFailed)
        assert ("rejected", 1) == (failed.reason, failed.attempts)

    async def test_400_is_not_tried_again(self, phones: Phones, alice: Person, bob: Person) -> None:
        phone = await phones.of(bob)
        await phones.fake_push.order(phone.token, Fault(status=400))
        await alice.send(bob)
        second = await alice.send(bob)
        await phone.told(second.message_id)
        assert 2 == await phones.fake_push.asked(phone.token)

    @pytest.mark.parametrize(("provider", "status"), [("fcm", 404), ("apns", 410)])
    async def test_unregistered_loses_its_token(
        self,
        phones: Phones,
        outcomes: LogTail[AnyOutcome],
        alice: Person,
        bob: Person,
        *,
        provider: Provider,
        status: int,
    ) -> None:
        phone = await phones.of(bob, provider)
        await phones.fake_push.order(phone.token, Fault(status=status))
        await alice.send(bob)
        device_id = bob.credentials.device_id
        await outcomes.until(
            lambda all_: any(isinstance(one, TokenRetired) and one.device_id == device_id for one in all_)
        )
        await alice.send(bob)
        await phones.nothing_for(phone)
        assert 1 == await phones.fake_push.asked(phone.token)
        again = await phones.of(bob, provider)
        message = await alice.send(bob)
        await again.told(message.message_id)

    @pytest.mark.parametrize("status", [401, 429, 500, 503])
    async def test_tried_again_until_it_is_taken(self, phones: Phones, alice: Person, bob: Person, status: int) -> None:
        phone = await phones.of(bob)
        await phones.fake_push.order(phone.token, Fault(status=status, times=2))
        message = await alice.send(bob)
        await phone.told(message.message_id)

    async def test_not_before_it_says(self, phones: Phones, alice: Person, bob: Person) -> None:
        phone = await phones.of(bob, "apns")
        await phones.fake_push.order(phone.token, Fault(status=429, retry_after=4))
        message = await alice.send(bob)
        await phones.nothing_for(phone, seconds=3)
        await phone.told(message.message_id)

    @pytest.mark.parametrize("provider", ["fcm", "apns"])
    @pytest.mark.parametrize(("does", "shown_times"), [("hang", 0), ("close", 0), ("lose", 1)])
    async def test_no_answer_is_followed_by_a_silent_push(
        self, phones: Phones, alice: Person, bob: Person, *, provider: Provider, does: str, shown_times: int
    ) -> None:
        phone = await phones.of(bob, provider)
        await phones.fake_push.order(phone.token, Fault(does=does))  # type: ignore[arg-type]
        message = await alice.send(bob)
        screen = await phone.kinds(*["message"] * shown_times, "sync")
        assert [message.message_id] * shown_times == visible(screen)
        assert message.message_id == screen.pushes[-1].message_id

    async def test_one_provider_away_does_not_hold_up_the_other(
        self, phones: Phones, alice: Person, bob: Person
    ) -> None:
        android, iphone = await phones.of(bob), await phones.another(bob, "apns")
        await phones.fake_push.order("fcm", Fault(status=503, times=2))
        message = await alice.send(bob)
        await iphone.told(message.message_id)
        await android.told(message.message_id)

    async def test_read_while_it_waits_is_not_told(
        self, phones: Phones, lines: Lines, alice: Person, bob: Person
    ) -> None:
        phone = await phones.another(bob)
        await phones.fake_push.order(phone.token, Fault(status=503, retry_after=4))
        laptop = (await lines.hello(bob)).line
        message = await alice.send(bob)
        await saw(laptop, message.conversation_id, message.seq)
        await phones.nothing_for(phone, seconds=7)
