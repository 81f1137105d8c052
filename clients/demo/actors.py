"""One of the people while they act: signed in, connected, and able to wait until something has reached them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from clients.demo.patience import patiently
from clients.demo.people import PASSWORD, Person
from clients.python import Api, BackchannelError, Client, Conversation, MessageSent
from clients.python.events import AnyTimelineEvent

DEVICE = "demo"
PAGE_EVENTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Actor:
    api: Api
    client: Client

    @property
    def user_id(self) -> str:
        return self.client.user_id

    async def said(self, conversation_id: str) -> dict[str, AnyTimelineEvent]:
        """All that they have ever done in it, by `client_id`: their timeline shows them their own."""
        said: dict[str, AnyTimelineEvent] = {}
        seq, has_more = 0, True
        while has_more:
            page = await self.api.timeline(conversation_id, after=seq, limit=PAGE_EVENTS_MAX)
            said |= {event.client_id: event for event in page.events if event.client_id is not None}
            seq, has_more = page.events[-1].seq if page.events else seq, page.has_more
        return said

    async def read(self, message: MessageSent) -> None:
        """Reads up to a message; returns once the server has confirmed it."""
        await self.client.wait_until(lambda: self._copy(message).cursor >= message.seq)
        self.client.mark_read(message.conversation_id, message.seq)
        await self.client.wait_until(lambda: self._copy(message).own_mark.read_seq >= message.seq)

    async def received(self, message: MessageSent) -> None:
        """Returns once the server knows that it has reached them."""
        await self.client.wait_until(lambda: self._copy(message).own_mark.delivered_seq >= message.seq)

    def _copy(self, message: MessageSent) -> Conversation:
        return self.client.conversations.get(message.conversation_id) or Conversation(message.conversation_id)


@contextlib.asynccontextmanager
async def entered(url: str, person: Person) -> AsyncIterator[Actor]:
    """Signed in; afterwards signed out, so that no device stays behind. Not yet synced. Raises ApiError."""
    async with Api(url) as api:
        await patiently(lambda: api.sign_in(person.handle, PASSWORD, device_name=DEVICE))
        try:
            async with Client(api) as client:
                yield Actor(api, client)
        finally:
            with contextlib.suppress(BackchannelError):
                await api.sign_out()
