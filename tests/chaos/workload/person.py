"""A person with several phones, who does one thing after another until told to stop."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from clients.python import BackchannelError, Client, Conversation, MessageSent
from clients.python.commands import Command
from clients.python.events import AnyTimelineEvent
from tests.chaos.history import Recorder
from tests.chaos.records import now
from tests.chaos.workload.phone import PASSWORD, Phone, insisted
from tests.fake_push import new_token

OWN_MESSAGES_KEPT = 40
POSTED_SHARE = 0.15


@dataclass(slots=True)
class Person:
    """`phones` come and go; `sleeper` never connects, and is pushed to. `sent`: own messages, the newest last."""

    handle: str
    user_id: str
    phones: list[Phone]
    sleeper: Phone | None
    random: Random
    sent: list[MessageSent] = field(default_factory=list)
    asked_and_answered_since: float = 0.0
    """When the newest of the questions was asked to which there was an answer."""

    @property
    def phone(self) -> Phone:
        return self.random.choice(self.phones)

    @property
    def all_phones(self) -> list[Phone]:
        return [*self.phones, *([self.sleeper] if self.sleeper else [])]

    @property
    def clients(self) -> list[Client]:
        return [phone.client for phone in self.phones if phone.client is not None]

    def copies(self, kind: str | None = None) -> list[Conversation]:
        """The conversations in which one is, as some phone knows them."""
        known = self.clients[0].conversations if self.clients else {}
        return [one for one in known.values() if one.is_member and kind in {None, one.kind}]

    async def give(self, command: Command, *, phone: Phone | None = None) -> AnyTimelineEvent | None:
        """Mostly over a socket, sometimes over HTTP."""
        phone = phone or self.phone
        is_posted, asked_at = self.random.random() < POSTED_SHARE, now()
        event = await (phone.post(command) if is_posted else phone.give(command))
        if event is not None:
            self.asked_and_answered_since = max(self.asked_and_answered_since, asked_at)
        if isinstance(event, MessageSent) and event.sender_id == self.user_id:
            self.sent = [*self.sent[-OWN_MESSAGES_KEPT:], event]
        return event

    async def revive(self) -> None:
        for phone in self.phones:
            if phone.client is not None and phone.client.ended is not None:
                await phone.revive()

    async def end(self) -> None:
        for phone in self.all_phones:
            with suppress(BackchannelError):
                await phone.end()


async def arrive(
    url: str, handle: str, recorder: Recorder, random: Random, *, phones: int, has_sleeper: bool
) -> Person:
    """Sign a person up, sign their phones in, connect them."""
    first = Phone(url, handle, recorder)
    account = await insisted(lambda: first.api.create_account(handle, handle.title(), PASSWORD))
    own = [first, *(Phone(url, handle, recorder) for _ in range(phones - 1))]
    for number, phone in enumerate(own):
        # Some that are connected can be pushed to as well: when they do not acknowledge in time.
        await phone.sign_in(new_token("apns") if number == 1 else None)
        phone.start()
    sleeper = None
    if has_sleeper:
        sleeper = Phone(url, handle, recorder)
        await sleeper.sign_in(new_token(random.choice(("fcm", "apns"))))
    return Person(handle, account.user_id, own, sleeper, random)


async def synced(people: Iterable[Person], timeout_seconds: float) -> None:
    """Raises TimeoutError, ConnectionEnded."""
    waits = (client.wait_synced(timeout_seconds=timeout_seconds) for one in people for client in one.clients)
    await asyncio.gather(*waits)
