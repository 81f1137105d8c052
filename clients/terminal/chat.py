"""The chat: what a person types becomes commands, what happens becomes lines."""

import asyncio
from contextlib import aclosing, suppress

from clients.python import (
    Api,
    BackchannelError,
    Client,
    Disconnected,
    Event,
    HoleSkipped,
    MessageSent,
    OwnFound,
)
from clients.python.driver import CLOSED
from clients.python.frames import (
    AnyTimelineEvent,
    CommandRefused,
    DeliveredAdvanced,
    GroupCreated,
    MemberRemoved,
    MembersAdded,
    ReadAdvanced,
    Synced,
    TimelineEvent,
)
from clients.python.subscription import Subscription
from clients.terminal import render
from clients.terminal.complaint import Complaint
from clients.terminal.desk import Desk
from clients.terminal.lines import Line, Order, Unclear, Write, parse
from clients.terminal.orders import obey
from clients.terminal.screen import Pipe, Screen, Terminal
from clients.terminal.typing_out import TypingOut
from clients.terminal.view import View
from clients.terminal.writing import Writing

_CONNECT_SECONDS = 30.0
_SAY_CONNECTING_SECONDS = 1.0


class Chat:
    """One person's chat until they leave. `has_failed` when something did not go as they asked."""

    def __init__(self, api: Api, client: Client, *, is_terminal: bool) -> None:
        self._client = client
        typing_out = TypingOut(client, self._open_id)
        self._screen: Screen = Terminal(self._prompt, self._status, typing_out.changed) if is_terminal else Pipe()
        self._view = View(api, client, self._screen)
        self._writing = Writing(client, self._screen)
        self._desk = Desk(api, client, self._view, self._screen, self._writing)
        self._was_lost = False
        self._has_complained = False

    @property
    def has_failed(self) -> bool:
        """What a script wants to know."""
        return self._has_complained or self._writing.has_failed

    async def run(self) -> None:
        """Until /quit, the end of input, or the end of the connection."""
        events = self._client.events()
        self._client.start()
        await self._connect()
        await self._view.show_list()
        with self._screen.opened():
            following = asyncio.create_task(self._follow(events))
            reading = asyncio.create_task(self._read())
            await asyncio.wait({following, reading}, return_when=asyncio.FIRST_COMPLETED)
            await self._writing.finish()
            events.close()  # what has come already is still shown
            await following
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _connect(self) -> None:
        try:
            await self._client.wait_synced(timeout_seconds=_SAY_CONNECTING_SECONDS)
        except TimeoutError:
            self._screen.show("… connecting")
            await self._client.wait_synced(timeout_seconds=_CONNECT_SECONDS)

    async def _read(self) -> None:
        async with aclosing(self._screen.lines()) as lines:
            async for text in lines:
                line = parse(text)
                if line == Order("quit"):
                    return
                if line is not None:
                    await self._obey(line)

    async def _obey(self, line: Line) -> None:
        try:
            match line:
                case Write(text):
                    self._write(text)
                case Unclear(why):
                    self._complain(why)
                case Order():
                    await obey(self._desk, line)
        except (BackchannelError, Complaint) as error:
            self._complain(str(error))

    def _write(self, text: str) -> None:
        if self._view.target is None:
            self._complain("No conversation is open: /open HANDLE first.")
        else:
            self._writing.write(text, self._view.target)

    def _complain(self, why: str) -> None:
        self._has_complained = True
        self._screen.show(f"! {render.clean(why)}")

    async def _follow(self, events: Subscription) -> None:
        async for event in events:
            await self._happened(event)

    async def _happened(self, event: Event) -> None:
        match event:
            case Disconnected():
                self._disconnected(event)
            case Synced() if self._was_lost:
                self._was_lost = False
                self._screen.show("… connected again")
            case HoleSkipped():
                self._screen.show("… some messages could not be fetched; /open the conversation again")
            case TimelineEvent():
                await self._arrived(event)
            case OwnFound(found):
                await self._arrived(found)
            case DeliveredAdvanced() | ReadAdvanced() if event.user_id != self._client.user_id:
                self._view.show_risen(event.conversation_id)
            case CommandRefused(client_id=None):
                self._complain(f"{event.command}: {event.reason} {event.detail}".rstrip())
            case _:
                pass

    async def _arrived(self, event: AnyTimelineEvent) -> None:
        copy = self._client.conversations.get(event.conversation_id)
        if self._view.is_open(event.conversation_id):
            self._screen.show(await self._view.line(event))
            self._client.mark_read(event.conversation_id, event.seq)
        elif copy is not None and _is_news(event, self._client.user_id):
            line = await self._view.line(event)
            self._screen.show(f"[{self._view.title(copy)}] {line.strip()}")

    def _disconnected(self, event: Disconnected) -> None:
        if event.reason == CLOSED:
            return
        if event.retry_after_seconds is None:
            self._complain(f"the connection has ended: {event.reason or 'closed'} ({event.code})")
        elif not self._was_lost:  # once, and not at every try
            self._was_lost = True
            self._screen.show(f"… connection lost ({render.clean(event.reason)}), coming back by itself")

    def _prompt(self) -> str:
        return f"{self._view.target.title if self._view.target else ''}> "

    def _open_id(self) -> str | None:
        return self._view.open_id()

    def _status(self) -> str:
        return self._view.status()


def _is_news(event: AnyTimelineEvent, own_user_id: str) -> bool:
    """Whether it is told while another conversation is open."""
    match event:
        case MessageSent() | GroupCreated():
            return True
        case MembersAdded():
            return own_user_id in event.member_ids
        case MemberRemoved():
            return event.user_id == own_user_id
        case _:
            return False
