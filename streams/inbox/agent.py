"""The inbox's projection: what its agent does with `conversation.events`, and so does a rebuild."""

from collections.abc import Sequence

from infra.stores.inbox_writes import InboxWriter
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.codec import Undecodable, decode_event
from schemas.events import CommandRefused, CommandRepeated, TimelineEvent
from streams.inbox.project import Logged, project
from streams.runtime.records import Record
from streams.runtime.views import Projector


class InboxProjection:
    def __init__(self, postgres: Postgres, version: int) -> None:
        self._postgres = postgres
        self._writer = InboxWriter(postgres, version)

    async def fold(self, records: Sequence[Record]) -> None:
        logged = [one for record in records if (one := _logged(record))]
        if not logged:
            return
        ids = {one.event.conversation_id for one in logged if isinstance(one.event, TimelineEvent)}
        async with self._writer.writing() as writing:
            heads = await writing.heads(sorted(ids)) if ids else {}
            await writing.write(project(logged, heads))

    async def close(self) -> None:
        await self._postgres.close()


async def connect(settings: StoreSettings, version: int) -> InboxProjection:
    """Raises StoreUnavailable."""
    return InboxProjection(await Postgres.connect(settings), version)


def _logged(record: Record) -> Logged | None:
    """What of a record concerns this view. One that cannot be read does not; the timeline raises the alarm."""
    try:
        event = decode_event(record.value)
    except Undecodable:
        return None
    return None if isinstance(event, CommandRefused | CommandRepeated) else Logged(event, record.value)


INBOX = Projector("inbox", connect)
