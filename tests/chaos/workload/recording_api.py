"""The API as a device calls it: what it asks for is noted in the history."""

from datetime import datetime

import msgspec

from clients.python import Api
from clients.python.http import Place
from clients.python.resources import Ticket, TimelinePage
from tests.chaos.history import Recorder
from tests.chaos.records import Dialed, Paged, now


class RecordingApi(Api):
    """Tickets are what a device asks for right before it opens its socket."""

    def __init__(self, base_url: str, recorder: Recorder) -> None:
        super().__init__(base_url)
        self._recorder = recorder

    @property
    def device_id(self) -> str:
        assert self.credentials is not None
        return self.credentials.device_id

    async def ticket(self) -> Ticket:
        self._recorder.note(Dialed(at=now(), device_id=self.device_id))
        return await super().ticket()

    async def timeline(
        self,
        conversation_id: str,
        *,
        before: Place | datetime | None = None,
        after: Place | datetime | None = None,
        limit: int | None = None,
    ) -> TimelinePage:
        page = await super().timeline(conversation_id, before=before, after=after, limit=limit)
        events = tuple(msgspec.Raw(msgspec.json.encode(event)) for event in page.events)
        self._recorder.note(Paged(at=now(), device_id=self.device_id, conversation_id=conversation_id, events=events))
        return page
