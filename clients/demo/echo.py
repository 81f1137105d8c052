"""The echo: a person who reads, types, reacts, and answers whoever writes to it.

All that it knows stands in the conversations. What has no answer is answered, also after a restart and whatever was
lost meanwhile; and as the `client_id` of an answer is made of its message, it never answers twice.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import UNSET

from clients.demo.answers import (
    AWAY_SECONDS,
    Answer,
    Draws,
    Leaves,
    Returns,
    Says,
    answer,
    answer_id,
    reaction,
    unanswered,
)
from clients.demo.drawing import draw
from clients.python import Api, BackchannelError, Client, CommandFailed, Described, Event, MessageSent, NotConfirmed
from clients.python.commands import SendMessage, SetReaction
from clients.python.events import Body
from clients.python.frames import Synced

LOOKS_BACK_EVENTS = 50  # of each conversation, after a start
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the echo is: like somebody who has the telephone in their hand."""

    look_seconds: float = 0.6
    key_seconds: float = 0.03
    typing_seconds_min: float = 0.8
    typing_seconds_max: float = 2.5
    away_seconds: float = AWAY_SECONDS

    def typing_seconds(self, characters: int) -> float:
        return min(max(self.typing_seconds_min, characters * self.key_seconds), self.typing_seconds_max)


class Echo:
    """`api` is signed in. One conversation waits for no other."""

    def __init__(self, api: Api, pace: Pace | None = None) -> None:
        self._api = api
        self._client = Client(api)
        self._pace = pace or Pace()
        self._busy: set[str] = set()
        self._given_up: set[str] = set()
        self._is_away = False

    @property
    def is_well(self) -> bool:
        """Whether it is there, or away on purpose."""
        return self._client.is_synced or self._is_away

    async def run(self) -> None:
        """Until it is cancelled. Raises ConnectionEnded, in a group, when the server wants it no more."""
        events = self._client.events()
        async with self._client, asyncio.TaskGroup() as tasks:
            async for event in events:
                for conversation_id in self._concerned(event):
                    if conversation_id not in self._busy:
                        self._busy.add(conversation_id)
                        tasks.create_task(self._answer_all(conversation_id))
            assert self._client.ended is not None
            raise self._client.ended

    def _concerned(self, event: Event) -> Iterable[str]:
        """The conversations in which something may be waiting now."""
        match event:
            case Synced():
                return tuple(self._client.conversations)
            case MessageSent() | Described():
                return (event.conversation_id,)
            case _:
                return ()

    async def _answer_all(self, conversation_id: str) -> None:
        try:
            await self._look_back(conversation_id)
            while message := self._next(conversation_id):
                await self._meet(message)
        except (BackchannelError, TimeoutError) as error:  # it looks again when it is synced, or with the next message
            log.warning("%s: %s", conversation_id, error)
        finally:
            self._busy.discard(conversation_id)

    async def _look_back(self, conversation_id: str) -> None:
        """What was said before this start: a page of it."""
        copy = self._client.conversations.get(conversation_id)
        if copy is not None and copy.complete_from > 1 and len(copy.events) < LOOKS_BACK_EVENTS:
            await self._client.page_back(conversation_id, limit=LOOKS_BACK_EVENTS)

    def _next(self, conversation_id: str) -> MessageSent | None:
        copy = self._client.conversations.get(conversation_id)
        if copy is None or not copy.is_member:
            return None
        waiting = unanswered(copy.history, self._client.user_id, is_group=copy.kind != "direct")
        return next((message for message in waiting if message.message_id not in self._given_up), None)

    async def _meet(self, message: MessageSent) -> None:
        await asyncio.sleep(self._pace.look_seconds)
        copy = self._client.conversations.get(message.conversation_id)
        now = copy.message(message.message_id) if copy is not None else None
        if copy is None or now is None or now.body is None:
            return  # taken back meanwhile
        self._client.mark_read(now.conversation_id, now.seq)
        try:
            if emoji := reaction(now):
                await self._client.send_command(_reaction(now, emoji))
            await self._answer(now, answer(now), is_reply=copy.kind != "direct")
        except CommandFailed as failed:
            if isinstance(failed, NotConfirmed):
                raise
            self._given_up.add(message.message_id)  # refused: to ask again will not help
            log.info("%s: %s", message.message_id, failed)

    async def _answer(self, message: MessageSent, what: Answer, *, is_reply: bool) -> None:
        body = await self._body(what)
        await self._type(message.conversation_id, body)
        command = SendMessage(
            client_id=answer_id(message),
            conversation_id=message.conversation_id,
            body=body,
            reply_to=message.message_id if is_reply else UNSET,
        )
        sent = await self._client.send_command(command)
        if isinstance(sent, MessageSent):
            await self._follow(sent, what)

    async def _body(self, what: Answer) -> Body:
        match what:
            case Says() | Leaves():
                return Body("text", text=what.text)
            case Returns():
                return Body("media", media_id=what.media_id, caption=what.caption)
            case Draws():
                picture = draw(what.picture)
                name = f"{what.picture}.jpg"
                media = await self._api.upload(picture, kind="image", content_type="image/jpeg", file_name=name)
                return Body("media", media_id=media.media_id, caption=what.caption)

    async def _type(self, conversation_id: str, body: Body) -> None:
        self._client.set_typing(conversation_id, is_typing=True)  # the message itself ends it
        await asyncio.sleep(self._pace.typing_seconds(len(body.text or body.caption or "")))

    async def _follow(self, sent: MessageSent, what: Answer) -> None:
        """What comes after the answer."""
        match what:
            case Says(edited=str(text)):
                await self._type(sent.conversation_id, Body("text", text=text))
                await self._client.edit_text(sent, text)
            case Says(is_taken_back=True):
                await asyncio.sleep(self._pace.typing_seconds_max)
                await self._client.delete(sent)
            case Leaves():
                await self._leave()
            case _:
                pass

    async def _leave(self) -> None:
        self._is_away = True
        self._client.go_offline()
        try:
            await asyncio.sleep(self._pace.away_seconds)
        finally:
            self._is_away = False
            self._client.go_online()


def _reaction(message: MessageSent, emoji: str) -> SetReaction:
    return SetReaction(
        client_id=f"reaction-{message.message_id}",
        conversation_id=message.conversation_id,
        message_id=message.message_id,
        emoji=emoji,
    )
