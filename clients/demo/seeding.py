"""Plays the plays, each step once: whoever starts again where somebody was interrupted goes on from there.

The identity of a step is its `client_id`, made of the play and its place in it. What was said already is found in the
timelines of those who said it, so nothing is said twice, however long ago it was.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from msgspec import UNSET

from clients.demo.actors import Actor, entered
from clients.demo.drawing import draw
from clients.demo.people import Person
from clients.demo.plays import AllRead, Play, Reacts, Says, Shows
from clients.python import MessageSent, Refused
from clients.python.commands import Command, SendMessage, SetReaction
from clients.python.events import AnyTimelineEvent, Body

NAMESPACE = uuid.UUID("8d1c1d5e-6f0e-4b7e-9a51-3a1c52f0b7aa")  # never to change: steps are known by it
log = logging.getLogger(__name__)


async def seed(url: str, people: Sequence[Person], plays: Sequence[Play]) -> None:
    """Plays what was not played yet; the people are signed up. Raises BackchannelError, TimeoutError."""
    async with AsyncExitStack() as stack:  # all have ended before anybody leaves
        cast = {person.handle: await stack.enter_async_context(entered(url, person)) for person in people}
        await asyncio.gather(*(actor.client.wait_synced() for actor in cast.values()))
        ends = await asyncio.gather(*(_perform(play, cast) for play in plays), return_exceptions=True)
    for fault in ends:
        if fault is not None:
            raise fault


async def _perform(play: Play, cast: Mapping[str, Actor]) -> None:
    try:
        await Stage(play, {handle: cast[handle] for handle in play.cast}).perform()
    except Refused as refusal:  # somebody has left, blocked or changed it meanwhile: it is theirs now
        log.warning("%s: %s", play.name, refusal)


class Stage:
    """One play while it is played."""

    def __init__(self, play: Play, cast: Mapping[str, Actor]) -> None:
        self._play = play
        self._cast = cast
        self._founder = cast[play.cast[0]]
        self._last: MessageSent | None = None

    async def perform(self) -> None:
        """Raises Refused, and what the client library raises besides."""
        said = await self._said()
        group = None if self._play.title is None else await self._group(self._play.title)
        for number, step in enumerate(self._play.steps):
            if isinstance(step, AllRead):
                await self._everybody(Actor.read)
                continue
            client_id = self._client_id(number)
            event = said.get(client_id)
            if event is None:
                command = await self._command(step, client_id, group)
                event = await self._cast[step.who].client.send_command(command)
            if isinstance(event, MessageSent):
                self._last = event
        await self._everybody(Actor.received)

    async def _said(self) -> dict[str, AnyTimelineEvent]:
        """What was played before."""
        if (conversation_id := self._known()) is None:
            return {}
        each = await asyncio.gather(*(actor.said(conversation_id) for actor in self._cast.values()))
        return {client_id: event for said in each for client_id, event in said.items()}

    def _known(self) -> str | None:
        """The conversation, if it has begun."""
        if self._play.title is None:
            return self._founder.client.session.direct_with(self._others(self._founder)[0])
        copies = self._founder.client.conversations.values()
        return next((copy.conversation_id for copy in copies if copy.name == self._play.title), None)

    async def _group(self, title: str) -> str:
        if known := self._known():
            return known
        members = self._others(self._founder)
        made = await self._founder.client.create_group(title, members, client_id=self._client_id("group"))
        return made.conversation_id

    async def _command(self, step: Says | Shows | Reacts, client_id: str, group: str | None) -> Command:
        match step:
            case Says():
                return self._message(step.who, client_id, group, Body("text", step.text), is_reply=step.is_reply)
            case Shows():
                return self._message(step.who, client_id, group, await self._picture(step))
            case Reacts():
                conversation_id, message_id = self._last_one.conversation_id, self._last_one.message_id
                return SetReaction(
                    client_id=client_id, conversation_id=conversation_id, message_id=message_id, emoji=step.emoji
                )

    def _message(
        self, who: str, client_id: str, group: str | None, body: Body, *, is_reply: bool = False
    ) -> SendMessage:
        """To the group, or to the other one: the direct conversation begins by itself."""
        return SendMessage(
            client_id=client_id,
            body=body,
            conversation_id=UNSET if group is None else group,
            to_user_id=self._others(self._cast[who])[0] if group is None else UNSET,
            reply_to=self._last_one.message_id if is_reply else UNSET,
        )

    async def _picture(self, step: Shows) -> Body:
        media = await self._cast[step.who].api.upload(
            draw(step.picture), kind="image", content_type="image/jpeg", file_name=f"{step.picture}.jpg"
        )
        return Body("media", media_id=media.media_id, caption=step.caption)

    @property
    def _last_one(self) -> MessageSent:
        if self._last is None:
            raise ValueError(f"{self._play.name} begins with something that follows a message")
        return self._last

    def _others(self, one: Actor) -> list[str]:
        return [actor.user_id for actor in self._cast.values() if actor is not one]

    def _client_id(self, step: int | str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self._play.name}/{step}"))

    async def _everybody(self, does: Callable[[Actor, MessageSent], Awaitable[None]]) -> None:
        await asyncio.gather(*(does(actor, self._last_one) for actor in self._cast.values()))
