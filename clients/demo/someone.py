"""One of a crowd: looks at the telephone now and then, reads what has come, and answers, or begins."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from clients.demo.plays import Says, plays
from clients.demo.tally import Tally
from clients.python import Client, CommandFailed, MessageSent
from clients.python.frames import ReadAdvanced, TypingChanged

PAUSE_SECONDS = 4.0  # from one look to the next, on average
ANSWERS_SHARE = 0.6  # of the looks at which something has come
BEGINS_SHARE = 0.3  # of the others
GROUPS_SHARE = 0.4  # of what is begun, where there is a group
KEY_SECONDS = 0.08
TYPING_SECONDS_MAX = 5.0
NAMESPACE = uuid.UUID("0b7e4f0e-3f4c-4f0a-9a55-5d9f7f1c7e21")
TEXTS = tuple(step.text for play in plays() for step in play.steps if isinstance(step, Says))


class Someone:
    """`client` is synced. What happens to them goes into the tally."""

    def __init__(self, client: Client, tally: Tally, random: Random) -> None:
        self._client = client
        self._tally = tally
        self._random = random
        self._events = client.events()
        self._came: dict[str, None] = {}  # conversations with something new: a set in order

    async def listen(self) -> None:
        """Until the connection is over for good: raises ConnectionEnded."""
        own = self._client.user_id
        async for event in self._events:
            match event:
                case MessageSent() if event.sender_id != own:
                    self._tally.received += 1
                    self._came[event.conversation_id] = None
                case ReadAdvanced() if event.user_id != own:
                    self._tally.read += 1
                case TypingChanged(is_typing=True):
                    self._tally.typing += 1
                case _:
                    pass
        assert self._client.ended is not None
        raise self._client.ended

    async def talk(self, friends: Callable[[], Sequence[str]]) -> None:
        """For ever. Raises ConnectionEnded."""
        while True:
            await asyncio.sleep(self._random.expovariate(1 / PAUSE_SECONDS))
            came, self._came = list(self._came), {}
            for conversation_id in came:
                self._client.mark_read(conversation_id)
            if came and self._random.random() < ANSWERS_SHARE:
                await self._say(conversation_id=self._random.choice(came))
            elif self._random.random() < BEGINS_SHARE:
                await self._begin(friends())

    async def found(self, title: str, members: Sequence[str]) -> None:
        """A group, unless it is there."""
        if not any(copy.name == title for copy in self._client.conversations.values()):
            client_id = str(uuid.uuid5(NAMESPACE, f"{self._client.user_id}/{title}"))
            await self._counted(self._client.create_group(title, members, client_id=client_id))

    async def _begin(self, friends: Sequence[str]) -> None:
        groups = [name for name, copy in self._client.conversations.items() if copy.kind == "group" and copy.is_member]
        if groups and self._random.random() < GROUPS_SHARE:
            await self._say(conversation_id=self._random.choice(groups))
        elif friends:
            await self._say(to_user_id=self._random.choice(friends))

    async def _say(self, *, conversation_id: str | None = None, to_user_id: str | None = None) -> None:
        text = self._random.choice(TEXTS)
        typing_in = conversation_id or self._client.session.direct_with(to_user_id or "")
        if typing_in is not None:
            self._client.set_typing(typing_in, is_typing=True)
        await asyncio.sleep(min(len(text) * KEY_SECONDS, TYPING_SECONDS_MAX))
        began = time.monotonic()
        if await self._counted(self._client.send_text(text, conversation_id=conversation_id, to_user_id=to_user_id)):
            self._tally.sent_seconds.append(time.monotonic() - began)

    async def _counted(self, command: Awaitable[object]) -> bool:
        """Whether it was done; a failure is counted."""
        try:
            await command
        except CommandFailed:
            self._tally.failed += 1
            return False
        return True
