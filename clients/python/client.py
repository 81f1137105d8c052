"""The client: one device's line to the server, kept open, with everything that PROTOCOL promises.

    async with Client(api) as client:                      # api: a signed-in Api
        await client.wait_synced()
        sent = await client.send_text("hello", to_user_id=bob)   # MessageSent, or Refused
        async for event in client.events():
            ...

Events are frames as they come (timeline events once each and in order of `seq`), HoleSkipped and
Disconnected. `client.conversations` is the local copy. Commands sent while offline wait and are sent after
Synced.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Self

from clients.python.backoff import Backoff
from clients.python.commands import Command, SetTyping, Signal
from clients.python.connection import Received
from clients.python.driver import Driver
from clients.python.effects import Answer, Effect
from clients.python.errors import ConnectionEnded, MalformedCommand, NotConfirmed, Refused
from clients.python.events import AnyTimelineEvent
from clients.python.frames import CommandRefused, Malformed, PresenceChanged
from clients.python.http import Api, Place
from clients.python.local import Conversation
from clients.python.resources import TimelinePage
from clients.python.session import Bookmark, Session
from clients.python.speaking import Speaking
from clients.python.subscription import Audience, Subscription

_PAGE_EVENTS_MAX = 200


class Client(Speaking):
    """A device that stays connected. Not thread-safe; one event loop.

    `observer` is called with every frame as it came, before anything is dropped or put into order.
    `socket_url` goes straight to a gateway. `bookmark` continues where an earlier client of the device
    stopped. What arrives is acknowledged as delivered by itself, unless `acknowledges_delivery` is off.
    """

    def __init__(
        self,
        api: Api,
        *,
        bookmark: Bookmark | None = None,
        socket_url: str | None = None,
        backoff: Backoff | None = None,
        observer: Callable[[Received], None] | None = None,
        acknowledges_delivery: bool = True,
    ) -> None:
        self.api = api
        self.session = Session(bookmark, acknowledges_delivery=acknowledges_delivery)
        self._audience = Audience()
        self._driver = Driver(
            api,
            self.session,
            self._audience,
            socket_url=socket_url or api.base_url.replace("http", "ws", 1) + "/v1/socket",
            backoff=backoff or Backoff(),
            observer=observer,
        )

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Begins to connect, and keeps the connection from then on."""
        self._driver.start()

    async def close(self) -> None:
        """Closes the connection for good. The Api stays open."""
        await self._driver.close()

    @property
    def is_synced(self) -> bool:
        """Whether the connection stands and everything missed is here."""
        return self.session.is_synced

    @property
    def ended(self) -> ConnectionEnded | None:
        """Why the client does not come back, if so."""
        return self._audience.ended

    @property
    def user_id(self) -> str:
        """One's own user id."""
        return self.api.credentials.user_id if self.api.credentials is not None else self.session.user_id

    @property
    def bookmark(self) -> Bookmark:
        """The cursors, for a later client of the same device."""
        return self.session.bookmark

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The local copies by conversation id. Read only."""
        return self.session.conversations

    @property
    def pending_count(self) -> int:
        """How many commands have no answer yet."""
        return len(self.session.outbox)

    def events(self) -> Subscription:
        """The events from now on, for `async for`. Take them before `start` to miss none."""
        return self._audience.subscribe()

    async def wait_until(self, condition: Callable[[], bool], *, timeout_seconds: float | None = 30.0) -> None:
        """Returns once the condition holds, tried after every event. Raises TimeoutError, ConnectionEnded."""
        await self._audience.wait_until(condition, timeout_seconds)

    async def wait_synced(self, *, timeout_seconds: float | None = 30.0) -> None:
        """Returns once everything missed is here. Raises TimeoutError, ConnectionEnded."""
        await self.wait_until(lambda: self.is_synced, timeout_seconds=timeout_seconds)

    async def wait_ended(self, *, timeout_seconds: float | None = 30.0) -> ConnectionEnded:
        """Returns why, once the connection is over for good. Raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            async for _ in self.events():
                pass
        assert self.ended is not None
        return self.ended

    async def wait_sent(self, *, timeout_seconds: float | None = 30.0) -> None:
        """Returns once no command waits for its answer. Raises TimeoutError, ConnectionEnded."""
        await self.wait_until(lambda: not self.pending_count, timeout_seconds=timeout_seconds)

    async def send_command(self, command: Command, *, timeout_seconds: float | None = 30.0) -> AnyTimelineEvent:
        """Sends a command and returns its event.

        Raises Refused, MalformedCommand, ConnectionEnded, FrameTooLarge; and NotConfirmed after the timeout:
        the command stays in the outbox then, and the same command sent again waits for the same answer.
        """
        if self.ended is not None:
            raise self.ended
        key, effects = self.session.submit(command, time.monotonic())
        answering = self._driver.answer(key)
        self._driver.carry_out(effects)
        done, _ = await asyncio.wait([answering], timeout=timeout_seconds)
        if not done:
            raise NotConfirmed(command.client_id, f"no answer in {timeout_seconds} s")
        return _event(answering.result(), command.client_id)

    def signal(self, frame: Signal) -> bool:
        """Sends a frame that has no answer (receipts, typing, presence); False while not synced."""
        effects = self.session.signal(frame)
        self._driver.carry_out(effects)
        return bool(effects)

    async def send_raw(self, raw: bytes | str, *, is_binary: bool = False) -> None:
        """Sends anything at all, past the session. Raises ConnectionLost when there is no connection."""
        await self._driver.send_raw(raw, is_binary=is_binary)

    def mark_read(self, conversation_id: str, seq: int | None = None) -> None:
        """Tells that a person has seen everything up to a seq, or all that is here; again after a lost connection."""
        self._driver.carry_out(self.session.read(conversation_id, seq, time.monotonic()))

    def set_typing(self, conversation_id: str, *, is_typing: bool) -> bool:
        """Tells that one types, or no longer does: worth repeating every few seconds, for the server forgets it."""
        return self.signal(SetTyping(conversation_id=conversation_id, is_typing=is_typing))

    def watch(self, user_ids: Iterable[str]) -> None:
        """Asks for people's presence, now and on every later connection. Raises ValueError beyond 500 in all."""
        self._while_synced(self.session.watching.subscribe(user_ids))

    def unwatch(self, user_ids: Iterable[str]) -> None:
        """No more of it."""
        self._while_synced(self.session.watching.unsubscribe(user_ids))

    @property
    def presences(self) -> dict[str, PresenceChanged]:
        """What was heard of those whom one watches, on this connection. Read only."""
        return self.session.watching.presences

    async def page_back(self, conversation_id: str, *, limit: int = 50) -> TimelinePage:
        """The page before the oldest event that is here; it goes into the local copy."""
        copy = self.conversations.get(conversation_id)
        before: Place | None = None if copy is None else copy.complete_from
        page = await self.api.timeline(conversation_id, before=before, limit=limit)
        if copy is not None:
            copy.remember(page.events, has_more=page.has_more)
        return page

    async def describe(self, conversation_id: str) -> Conversation:
        """Fetches name, members and settings into the local copy, where events alone did not tell them."""
        summary = await self.api.conversation(conversation_id)
        copy = self.session.copy_of(conversation_id)
        copy.describe(summary)
        return copy

    async def complete(self, conversation_id: str) -> Conversation:
        """Fetches into the local copy whatever the events did not bring: the members, and the older timeline."""
        if not self.session.copy_of(conversation_id).roster.is_complete:
            await self.describe(conversation_id)
        while (copy := self.session.copy_of(conversation_id)).complete_from > 1:
            await self.page_back(conversation_id, limit=_PAGE_EVENTS_MAX)
        return copy

    async def mute(self, conversation_id: str, until: datetime | None) -> None:
        """No notifications from a conversation until then; None: not muted."""
        muted_until = await self.api.mute(conversation_id, until)
        if (copy := self.conversations.get(conversation_id)) is not None:
            copy.muted_until = muted_until

    def drop_connection(self) -> None:
        """Cuts the connection, as a lost network would; the client comes back."""
        self._driver.drop()

    def go_offline(self) -> None:
        """Cuts the connection and stays away until `go_online`."""
        self._driver.go_offline()

    def go_online(self) -> None:
        """Connects again."""
        self._driver.go_online()

    def _while_synced(self, effects: list[Effect]) -> None:
        if self.is_synced:
            self._driver.carry_out(effects)


def _event(answer: Answer | ConnectionEnded, client_id: str) -> AnyTimelineEvent:
    match answer:
        case ConnectionEnded():
            raise answer
        case CommandRefused():
            raise Refused(answer)
        case Malformed():
            raise MalformedCommand(client_id, answer.detail)
        case _:
            return answer
