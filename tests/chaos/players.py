"""Pairs of people who play dialogues to each other over the public protocol, and remember what they were told."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from clients.python import Api, Client, MessageSent, NotConfirmed, Received
from tests.chaos.dialogues import Dialogue

PASSWORD = "correct horse battery staple"
ANSWER_SECONDS = 120.0


@dataclass(slots=True)
class Device:
    """A signed-in client, and every frame that it was sent."""

    client: Client
    received: list[Received] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    """The first device talks, the others listen. `acknowledged` is what the server said it has."""

    user_id: str
    api: Api
    devices: list[Device]
    acknowledged: list[MessageSent] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return self.devices[0].client

    async def say(self, text: str, to: "Person") -> MessageSent:
        """Say it until the server has it; a retry has the same client_id."""
        client_id = str(uuid.uuid4())
        while True:
            try:
                sent = await self.client.send_text(
                    text, to_user_id=to.user_id, client_id=client_id, timeout_seconds=ANSWER_SECONDS
                )
            except NotConfirmed:
                continue
            self.acknowledged.append(sent)
            return sent


async def arrive(url: str, handle: str, devices: int, cleanup: AsyncExitStack) -> Person:
    """Sign a person up, sign their devices in, connect them all."""
    api = await cleanup.enter_async_context(Api(url))
    account = await api.create_account(handle, handle.title(), PASSWORD)
    person = Person(account.user_id, api, [])
    for number in range(devices):
        own = api if not number else await cleanup.enter_async_context(Api(url))
        await own.sign_in(handle, PASSWORD, device_name=f"device {number}")
        device = Device(client=None, received=[])  # type: ignore[arg-type]  # set in the next line, which needs it
        device.client = await cleanup.enter_async_context(Client(own, observer=device.received.append))
        await device.client.wait_synced()
        person.devices.append(device)
    return person


@dataclass(slots=True)
class Pair:
    one: Person
    other: Person

    async def play(self, dialogues: Sequence[Dialogue], stop: asyncio.Event | None = None) -> int:
        """Play dialogue after dialogue, each line by the other; how many lines were said."""
        said = 0
        for dialogue in dialogues:
            for number, line in enumerate(dialogue):
                speaker, listener = (self.one, self.other) if number % 2 == 0 else (self.other, self.one)
                await speaker.say(line, listener)
                said += 1
            if stop and stop.is_set():
                break
        return said

    @property
    def people(self) -> tuple[Person, Person]:
        return self.one, self.other
