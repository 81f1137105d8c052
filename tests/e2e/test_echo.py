"""The echo: what somebody who writes to it sees, over nothing but the public protocol."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from clients.demo.answers import HELP
from clients.demo.drawing import draw
from clients.demo.echo import Echo, Pace
from clients.python import Api, Client, MessageSent, Tick, tick
from clients.python.events import Body, MessageDeleted, MessageEdited, ReactionSet
from clients.python.frames import ReadAdvanced, TypingChanged
from tests.e2e.demo import newcomer, signed_in

SEEN_SECONDS = 30.0
HASTE = Pace(look_seconds=0.05, key_seconds=0, typing_seconds_min=0.1, typing_seconds_max=0.1, away_seconds=600)
E = TypeVar("E")


class Visitor:
    """Somebody who writes to an echo of their own, which is quick, and sees what comes back."""

    def __init__(self, client: Client, echo_api: Api) -> None:
        assert echo_api.credentials is not None
        self.client = client
        self.echo_id = echo_api.credentials.user_id
        self._echo_api = echo_api
        self._events = client.events()
        self._living = asyncio.create_task(Echo(echo_api, HASTE).run())

    async def restart(self) -> None:
        """The echo's process ends, and another one begins."""
        await self.end()
        self._living = asyncio.create_task(Echo(self._echo_api, HASTE).run())

    async def end(self) -> None:
        self._living.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._living

    async def say(self, text: str) -> MessageSent:
        return await self.client.send_text(text, to_user_id=self.echo_id)

    async def until(self, kind: type[E] | tuple[type[E], ...]) -> E:
        """The next of the kind that comes of the echo; typing only where it begins."""
        async with asyncio.timeout(SEEN_SECONDS):
            async for event in self._events:
                if isinstance(event, kind) and self._is_the_echo_s(event):
                    return event
        raise AssertionError("the connection is over")

    async def until_all(self, *kinds: type) -> list[object]:
        """One of each kind, in this order, however they came: signals take another road than messages."""
        seen: dict[type, object] = {}
        while seen.keys() != set(kinds):
            event: object = await self.until(kinds)
            seen.setdefault(type(event), event)
        return [seen[kind] for kind in kinds]

    def _is_the_echo_s(self, event: object) -> bool:
        who = getattr(event, "actor_id", None) or getattr(event, "user_id", None)
        return who == self.echo_id and getattr(event, "is_typing", True)


@pytest.fixture
async def visitor(api_url: str) -> AsyncIterator[Visitor]:
    async with Api(api_url) as open_api:
        echo, guest = await newcomer(open_api, "echo"), await newcomer(open_api)
    async with signed_in(api_url, echo) as echo_api, signed_in(api_url, guest) as api, Client(api) as client:
        await client.wait_synced()
        visitor = Visitor(client, echo_api)
        yield visitor
        await visitor.end()


class TestEcho:
    async def test_reads_types_reacts_and_answers(self, visitor: Visitor) -> None:
        sent = await visitor.say("thank you")
        read, reaction, _, answer = await visitor.until_all(ReadAdvanced, ReactionSet, TypingChanged, MessageSent)
        assert isinstance(read, ReadAdvanced)
        assert isinstance(reaction, ReactionSet)
        assert isinstance(answer, MessageSent)
        assert (sent.seq, "❤️", "thank you") == (read.to_seq, reaction.emoji, answer.text)

    async def test_says_what_it_can_do(self, visitor: Visitor) -> None:
        await visitor.say("help")
        assert HELP == (await visitor.until(MessageSent)).text

    async def test_edits_and_takes_back(self, visitor: Visitor) -> None:
        await visitor.say("edit")
        said = await visitor.until(MessageSent)
        edited = await visitor.until(MessageEdited)
        assert edited.body is not None
        assert (said.message_id, said.text) != (edited.message_id, edited.body.text)
        assert said.message_id == edited.message_id
        await visitor.say("delete")
        said = await visitor.until(MessageSent)
        assert said.message_id == (await visitor.until(MessageDeleted)).message_id

    async def test_returns_a_photo_and_shows_its_own(self, visitor: Visitor) -> None:
        api = visitor.client.api
        media = await api.upload(draw("garden"), kind="image", content_type="image/jpeg")
        await visitor.client.send_media(media.media_id, caption="mine", to_user_id=visitor.echo_id)
        returned = await visitor.until(MessageSent)
        assert returned.body == Body("media", media_id=media.media_id, caption="mine")
        await visitor.say("photo")
        shown = await visitor.until(MessageSent)
        assert shown.body is not None
        assert "ready" == (await api.media(shown.body.media_id or "")).status

    async def test_one_tick_while_it_is_away_and_two_after(self, visitor: Visitor) -> None:
        client = visitor.client
        await visitor.say("away")
        await visitor.until(MessageSent)
        client.watch([visitor.echo_id])
        await client.wait_until(lambda: is_offline(client, visitor.echo_id))
        sent = await visitor.say("are you there?")
        copy = client.conversations[sent.conversation_id]
        assert Tick.SENT == tick(sent, copy)
        await visitor.restart()  # sooner than it would come back by itself
        assert "are you there?" == (await visitor.until(MessageSent)).text
        assert Tick.READ == tick(sent, copy)

    async def test_in_a_group_only_when_it_is_called(self, visitor: Visitor) -> None:
        group = await visitor.client.create_group("With an echo", [visitor.echo_id])
        await visitor.client.send_text("hello all", conversation_id=group.conversation_id)
        called = await visitor.client.send_text("hello echo", conversation_id=group.conversation_id)
        answer = await visitor.until(MessageSent)
        assert ("hello echo", called.message_id) == (answer.text, answer.reply_to)


def is_offline(client: Client, user_id: str) -> bool:
    return user_id in client.presences and client.presences[user_id].is_online is False
