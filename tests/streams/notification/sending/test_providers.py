"""FCM by firebase-admin and APNs by HTTP/2, both against a server that speaks their protocols and checks their keys."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from infra.fake_push.devices import Fault
from infra.fake_push.fcm import OAUTH
from schemas.notifications import Provider as Name
from schemas.notifications import SentKind
from streams.notification.sending.apns import Apns
from streams.notification.sending.fcm import Fcm
from streams.notification.sending.plan import TEXT_BYTES_MAX, TITLE_BYTES_MAX, cut
from streams.notification.sending.provider import Accepted, Again, Provider, Push, Rejected, Unknown, Unregistered
from streams.notification.settings import PushSettings
from tests.fake_push import FakePush, new_token
from tests.streams.notification.sending.conftest import Server, free_port

NAMES: tuple[Name, ...] = ("fcm", "apns")
TTL_SECONDS = 60


def provider_of(name: Name, settings: PushSettings) -> Provider:
    return Fcm(settings) if name == "fcm" else Apns(settings)


def push(
    token: str, kind: SentKind = "message", *, is_alert: bool = True, title: str = "", text: str = "", place: str = ""
) -> Push:
    return Push(
        request_id=str(uuid4()),
        token=token,
        kind=kind,
        conversation_id=place or str(uuid4()),
        seq=3,
        message_id=str(uuid4()) if kind != "clear" else "",
        badge=7,
        expires_at_ms=int((time.time() + TTL_SECONDS) * 1000),
        ttl_seconds=TTL_SECONDS,
        is_alert=is_alert and kind == "message",
        title=title,
        text=text,
    )


class House:
    def __init__(self, name: Name, server: Server, fake_push: FakePush) -> None:
        self.name = name
        self.token = new_token(name)
        self.fake_push = fake_push
        self.provider = provider_of(name, server.settings)


@pytest.fixture(params=NAMES)
async def house(request: pytest.FixtureRequest, server: Server, fake_push: FakePush) -> AsyncIterator[House]:
    house = House(request.param, server, fake_push)
    yield house
    await house.provider.close()


class TestSent:
    async def test_visible_without_a_word_of_the_message(self, house: House) -> None:
        sent = push(house.token)
        assert isinstance(await house.provider.send(sent), Accepted)
        (found,) = (await house.fake_push.screen(house.token)).pushes
        assert (True, "message", sent.conversation_id, sent.message_id, 7) == (
            found.is_visible,
            found.kind,
            found.conversation_id,
            found.message_id,
            found.badge,
        )
        assert ("", "", sent.conversation_id) == (found.title, found.text, found.tag)
        assert found.expires_at == pytest.approx(sent.expires_at_ms / 1000, abs=3)

    async def test_with_words(self, house: House) -> None:
        await house.provider.send(push(house.token, title="Alice", text="hi 👋"))
        (found,) = (await house.fake_push.screen(house.token)).shown
        assert ("Alice", "hi 👋") == (found.title, found.text)

    async def test_collapses_by_conversation(self, house: House) -> None:
        sent = [push(house.token, place=place) for place in (str(uuid4()),) * 2]
        for one in sent:
            await house.provider.send(one)
        screen = await house.fake_push.screen(house.token)
        assert ([sent[1].message_id], 2) == ([one.message_id for one in screen.shown], len(screen.pushes))

    @pytest.mark.parametrize("kind", ["clear", "sync"])
    async def test_silently(self, house: House, kind: SentKind) -> None:
        assert isinstance(await house.provider.send(push(house.token, kind)), Accepted)
        (found,) = (await house.fake_push.screen(house.token)).pushes
        assert (False, kind, 7) == (found.is_visible, found.kind, int(found.badge or 0))

    async def test_as_data_alone(self, house: House) -> None:
        assert isinstance(await house.provider.send(push(house.token, is_alert=False)), Accepted)
        (found,) = (await house.fake_push.screen(house.token)).pushes
        assert "message" == found.kind
        assert not found.payload.get("android", {}).get("notification")
        assert "alert" not in found.payload.get("aps", {})

    async def test_the_longest_text_fits(self, house: House) -> None:
        title, text = cut("\x01" * 500, TITLE_BYTES_MAX), cut('"\\' * 2_000, TEXT_BYTES_MAX)
        assert isinstance(await house.provider.send(push(house.token, title=title, text=text)), Accepted)


class TestFailures:
    async def send(self, house: House, fault: Fault) -> object:
        await house.fake_push.order(house.token, fault)
        return await house.provider.send(push(house.token))

    async def test_rejected(self, house: House) -> None:
        assert isinstance(await self.send(house, Fault(status=400)), Rejected)

    async def test_garbage_is_rejected(self, house: House) -> None:
        assert isinstance(await house.provider.send(push("garbage")), Rejected)

    async def test_a_token_that_is_gone(self, house: House) -> None:
        answer = await self.send(house, Fault(status=404 if house.name == "fcm" else 410))
        assert isinstance(answer, Unregistered)

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_again_when_it_says(self, house: House, status: int) -> None:
        answer = await self.send(house, Fault(status=status, retry_after=7))
        assert isinstance(answer, Again)
        assert (7.0, False) == (answer.retry_after_seconds, answer.is_ours)

    async def test_asked_once_for_each_attempt(self, house: House) -> None:
        await self.send(house, Fault(status=503))
        assert 1 == await house.fake_push.asked(house.token)

    async def test_our_credentials_are_refused(self, house: House) -> None:
        fault = Fault(status=401) if house.name == "fcm" else Fault(status=403, reason="ExpiredProviderToken")
        answer = await self.send(house, fault)
        assert isinstance(answer, Again)
        assert answer.is_ours
        assert isinstance(await house.provider.send(push(house.token)), Accepted)

    @pytest.mark.parametrize("does", ["hang", "close"])
    async def test_no_answer_leaves_a_doubt(self, house: House, does: str) -> None:
        assert isinstance(await self.send(house, Fault(does=does)), Unknown)  # type: ignore[arg-type]

    async def test_an_answer_that_is_lost_does_too(self, house: House) -> None:
        assert isinstance(await self.send(house, Fault(does="lose")), Unknown)
        assert 1 == len((await house.fake_push.screen(house.token)).shown)

    async def test_goes_on_after_a_lost_connection(self, house: House) -> None:
        await self.send(house, Fault(does="close"))
        assert isinstance(await house.provider.send(push(house.token)), Accepted)

    @pytest.mark.parametrize("name", NAMES)
    async def test_nobody_there_leaves_none(self, server: Server, name: Name) -> None:
        port = free_port()
        nowhere = {"fcm_url": f"http://127.0.0.1:{port}", "apns_url": f"https://127.0.0.1:{port}"}
        provider = provider_of(name, server.settings.model_copy(update=nowhere))
        assert isinstance(await provider.send(push(new_token(name))), Again)
        await provider.close()


class TestCredentials:
    async def test_a_wrong_key_of_apples(self, server: Server, fake_push: FakePush) -> None:
        provider = Apns(server.settings.model_copy(update={"apns_key_id": "ANOTHER001"}))
        answer = await provider.send(push(new_token("apns")))
        assert isinstance(answer, Again)
        assert answer.is_ours
        await provider.close()

    async def test_another_topic_is_rejected(self, server: Server, fake_push: FakePush) -> None:
        provider = Apns(server.settings.model_copy(update={"apns_topic": "chat.somebody.else"}))
        assert isinstance(await provider.send(push(new_token("apns"))), Rejected)
        await provider.close()

    async def test_no_access_token_is_no_doubt(self, server: Server, fake_push: FakePush) -> None:
        await fake_push.order(OAUTH, Fault(status=401))
        provider, token = Fcm(server.settings), new_token("fcm")
        answer = await provider.send(push(token))
        assert isinstance(answer, Again)
        assert isinstance(await provider.send(push(token)), Accepted)
        await provider.close()

    async def test_a_token_endpoint_that_hangs_stops_nobody_else(self, server: Server, fake_push: FakePush) -> None:
        await fake_push.order(OAUTH, Fault(does="hang"))
        fcm, apns = Fcm(server.settings), Apns(server.settings)
        waiting = asyncio.create_task(fcm.send(push(new_token("fcm"))))
        await asyncio.sleep(0)
        began = time.monotonic()
        assert isinstance(await apns.send(push(new_token("apns"))), Accepted)
        assert time.monotonic() - began < server.settings.push_timeout_seconds
        assert isinstance(await waiting, Again)
        for one in (fcm, apns):
            await one.close()

    def test_none_at_all(self, server: Server) -> None:
        nothing = server.settings.model_copy(update={"fcm_service_account": None, "apns_key": None})
        for make in (Fcm, Apns):
            with pytest.raises(ValueError, match="must name the file"):
                make(nothing)
