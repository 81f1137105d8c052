"""Phones of the end-to-end tests: devices of people that can be pushed to, and what they were shown."""

import asyncio
from dataclasses import dataclass

from infra.fake_push.devices import Screen
from schemas.notifications import Provider
from tests.e2e.people import People, Person
from tests.fake_push import FakePush, new_token, visible

QUIET_SECONDS = 1.5


@dataclass(frozen=True)
class Phone:
    """A device with a push token; `person` is signed in on it."""

    person: Person
    token: str
    fake_push: FakePush

    async def register(self, provider: Provider, token: str) -> None:
        body = {"provider": provider, "token": token}
        await self.person.api.request("PUT", self._path, body=body)

    async def drop(self) -> None:
        await self.person.api.request("DELETE", self._path)

    @property
    def _path(self) -> str:
        return f"/v1/devices/{self.person.credentials.device_id}/push-token"

    async def screen(self) -> Screen:
        return await self.fake_push.screen(self.token)

    async def told(self, *message_ids: str) -> None:
        """Wait until it was visibly told of these, each once, and of nothing else."""
        await self.fake_push.until(self.token, lambda screen: len(visible(screen)) >= len(message_ids))
        assert list(message_ids) == visible(await self.screen())

    async def kinds(self, *kinds: str) -> Screen:
        """Wait until it was sent these kinds of pushes, in this order."""
        return await self.fake_push.until(self.token, lambda screen: [one.kind for one in screen.pushes] == [*kinds])

    async def shows(self, *message_ids: str) -> None:
        """Wait until it shows these."""
        await self.fake_push.until(
            self.token, lambda screen: [one.message_id for one in screen.shown] == [*message_ids]
        )


@dataclass(frozen=True)
class Phones:
    people: People
    fake_push: FakePush

    async def of(self, person: Person, provider: Provider = "fcm") -> Phone:
        """The person's device of now gets a token."""
        phone = Phone(person, new_token(provider), self.fake_push)
        await phone.register(provider, phone.token)
        return phone

    async def another(self, person: Person, provider: Provider = "fcm") -> Phone:
        """One more device of the person's."""
        return await self.of(await self.people.device(person), provider)

    async def nothing_for(self, *phones: Phone, seconds: float = QUIET_SECONDS) -> None:
        """Nothing visible comes within a time in which it would have come."""
        await asyncio.sleep(seconds)
        for phone in phones:
            assert [] == visible(await phone.screen())
