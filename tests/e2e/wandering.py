"""Devices that come and go, and how a person gives commands and receipts from them."""

import asyncio

from clients.python import ApiError, Client, CommandFailed
from clients.python.backoff import Backoff
from clients.python.commands import Command, Signal
from clients.python.connection import Received
from clients.python.errors import Refused
from clients.python.events import AnyTimelineEvent, TimelineEvent
from clients.python.frames import CaughtUp
from clients.python.session import Bookmark
from clients.python.state import ConversationState, of_copy
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, Person


class Device:
    """A client that comes and goes, and all places of timelines that it ever heard of."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.heard: set[tuple[str, int]] = set()
        self.client = self._start(None)

    def _start(self, bookmark: Bookmark | None) -> Client:
        backoff = Backoff(first_seconds=0.05, longest_seconds=0.5)
        client = Client(
            self.person.api, bookmark=bookmark, backoff=backoff, observer=self._observe, acknowledges_delivery=False
        )
        client.start()
        return client

    def _observe(self, received: Received) -> None:
        frame = received.frame
        events = frame.events if isinstance(frame, CaughtUp) else (frame,)
        self.heard |= {(one.conversation_id, one.seq) for one in events if isinstance(one, TimelineEvent)}

    async def start_anew(self, *, has_bookmark: bool) -> None:
        """As another process of the same device."""
        await self.client.close()
        self.client = self._start(self.client.bookmark if has_bookmark else None)

    async def back(self) -> Client:
        self.client.go_online()
        await self.client.wait_synced()
        return self.client

    async def state(self, conversation_id: str, head_seq: int) -> ConversationState:
        """What the copy says once it has come so far; what events do not bring is asked for."""
        await self.client.wait_until(lambda: self._is_at(conversation_id, head_seq), timeout_seconds=SHOWN_SECONDS)
        return of_copy(await self.client.complete(conversation_id))

    def _is_at(self, conversation_id: str, head_seq: int) -> bool:
        copy = self.client.conversations.get(conversation_id)
        return copy is not None and copy.cursor >= head_seq


async def answered(device: Device, command: Command, *, is_over_http: bool) -> AnyTimelineEvent | str:
    """The event, or the reason of the refusal."""
    try:
        if is_over_http or not device.client.is_synced:
            return await given(device.person, command)
        return await device.client.send_command(command)
    except ApiError as refused:
        return refused.code
    except Refused as refused:
        return refused.reason
    except CommandFailed as failed:
        raise AssertionError(f"{command}: {failed}") from failed


async def given(person: Person, command: Command) -> AnyTimelineEvent:
    """Over HTTP; again where the answer was lost."""
    while True:
        try:
            return (await person.api.command(command)).event
        except ApiError as error:
            if error.code != "unavailable":
                raise
        await asyncio.sleep(LOOK_SECONDS)


async def signalled(device: Device, frame: Signal) -> None:
    client = await device.back()
    while not client.signal(frame):
        await client.wait_synced()


async def moved(device: Device, way: str) -> None:
    match way:
        case "away":
            device.client.go_offline()
            await device.client.wait_until(lambda: not device.client.is_synced)
        case "back":
            await device.back()
        case "cut":
            device.client.drop_connection()
        case _:
            await device.start_anew(has_bookmark=way == "restart")
            await device.client.wait_synced()
