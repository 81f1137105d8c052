"""What a phone is sent as the agents are set, on the whole road from the message to the provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from infra.fake_push.devices import Fault, Push
from tests.e2e.people import People
from tests.e2e.pushing import Phones
from tests.fake_push import FakePush
from tests.integration.notification.agents import Agents

TEXT = "only for bob"
EXPIRY_SECONDS = 3
LATE_SECONDS = 2 * EXPIRY_SECONDS


@asynccontextmanager
async def set_to(agents: Agents, settings: Mapping[str, str]) -> AsyncIterator[None]:
    process = agents.set_to(settings)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        agents.start()


async def pushed(people: People, phones: Phones) -> Push:
    """What Google is given when Alice writes to Bob."""
    alice, bob = await people.pair()
    phone = await phones.another(bob, "fcm")
    await alice.send(bob, TEXT)
    (push,) = await phones.fake_push.pushed(phone.token)
    return push


class TestStyle:
    async def test_shown_by_the_system(self, people: People, phones: Phones) -> None:
        push = await pushed(people, phones)
        assert "notification" in push.payload["android"]
        assert TEXT not in str(push)

    async def test_data_alone(self, agents: Agents, people: People, phones: Phones) -> None:
        async with set_to(agents, {"BACKCHANNEL_PUSH_STYLE": "data"}):
            push = await pushed(people, phones)
        assert "notification" not in push.payload["android"]
        assert "message" == push.kind
        assert TEXT not in str(push)

    async def test_with_the_text_where_it_is_wanted(self, agents: Agents, people: People, phones: Phones) -> None:
        async with set_to(agents, {"BACKCHANNEL_PUSH_WITH_TEXT": "true"}):
            push = await pushed(people, phones)
        assert ("Alice", TEXT) == (push.title, push.text)


class TestExpiry:
    async def test_nobody_is_told_late(self, agents: Agents, people: People, phones: Phones) -> None:
        fake_push: FakePush = phones.fake_push
        async with set_to(agents, {"BACKCHANNEL_PUSH_EXPIRY_SECONDS": str(EXPIRY_SECONDS)}):
            alice, bob = await people.pair()
            phone = await phones.another(bob, "fcm")
            await fake_push.order(phone.token, Fault(status=503, retry_after=LATE_SECONDS))
            await alice.send(bob, "too late")
            await phones.nothing_for(phone, seconds=LATE_SECONDS + 2)
            assert 1 == await fake_push.asked(phone.token)
            in_time = await alice.send(bob, "in time")
            await phone.told(in_time.message_id)
