"""People of the end-to-end tests: signed up over HTTP, with as many devices as they like."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import httpx

from clients.python import Api, ApiError, MessageSent
from clients.python.decoding import decode
from clients.python.frames import TimelineEvent
from clients.python.resources import Credentials, TimelinePage

PASSWORD = "correct horse battery"
SHOWN_SECONDS = 10.0
LOOK_SECONDS = 0.05
AT_ONCE = 8
E = TypeVar("E", bound=TimelineEvent)


@dataclass(frozen=True)
class Person:
    """Someone with an account; `api` is signed in as their first device."""

    handle: str
    api: Api

    @property
    def credentials(self) -> Credentials:
        assert self.api.credentials is not None
        return self.api.credentials

    @property
    def user_id(self) -> str:
        return self.credentials.user_id

    async def send(self, to: "Person", text: str = "hello", client_id: str | None = None) -> MessageSent:
        """A message over HTTP, which needs no socket; repeated where the answer was lost. Raises ApiError."""
        return await self.do(MessageSent, send_message(text, client_id, to_user_id=to.user_id))

    async def do(self, kind: type[E], frame: Mapping[str, object]) -> E:
        """Any command over HTTP, and the event of this kind that comes of it. Raises ApiError."""
        async with asyncio.timeout(SHOWN_SECONDS):
            event = decode(await self._command({"client_id": str(uuid4()), **frame}))
        assert isinstance(event, kind), event
        return event

    async def send_many(self, to: "Person", count: int) -> None:
        """Messages 0, 1, …, a few at a time and in no order."""
        numbers = iter(range(count))

        async def one_after_another() -> None:
            for number in numbers:
                await self.send(to, str(number))

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))

    async def _command(self, frame: dict[str, object]) -> bytes:
        while True:
            try:
                return (await self.api.request("POST", "/v1/commands", body=frame)).content
            except ApiError as error:
                if error.code != "unavailable":
                    raise
            await asyncio.sleep(LOOK_SECONDS)


async def shown(person: Person, conversation_id: str, seq: int) -> TimelinePage:
    """The page that ends with this seq, as soon as the person's timeline shows it: views follow the log."""
    async with asyncio.timeout(SHOWN_SECONDS):
        while True:
            with contextlib.suppress(ApiError):
                page = await person.api.timeline(conversation_id, before=seq + 1)
                if page.events and page.events[-1].seq == seq:
                    return page
            await asyncio.sleep(LOOK_SECONDS)


class People:
    """Signs people up at one deployment."""

    def __init__(self, api_url: str, http: httpx.AsyncClient) -> None:
        self.api_url = api_url
        self._http = http

    async def person(self, name: str = "someone") -> Person:
        api = Api(self.api_url, http=self._http)
        handle = f"{name}_{uuid4().hex[:12]}"
        await api.create_account(handle, name.title(), PASSWORD)
        await api.sign_in(handle, PASSWORD, device_name="laptop")
        return Person(handle, api)

    async def device(self, person: Person) -> Person:
        """The same person on another device."""
        api = Api(self.api_url, http=self._http)
        await api.sign_in(person.handle, PASSWORD, device_name="phone")
        return Person(person.handle, api)

    async def pair(self) -> tuple[Person, Person]:
        return await self.person("alice"), await self.person("bob")


def send_message(text: str = "hello", client_id: str | None = None, **place: object) -> dict[str, object]:
    """A SendMessage frame; `place` is conversation_id or to_user_id, and whatever else."""
    frame: dict[str, object] = {"type": "SendMessage", "client_id": client_id or str(uuid4())}
    return frame | {"body": {"kind": "text", "text": text}} | place
