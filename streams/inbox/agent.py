"""The inbox agent: consumes `conversation.events`, writes the inbox view in PostgreSQL."""

from collections.abc import Sequence

from infra.stores import cache
from infra.stores.faults import until_available
from infra.stores.inbox_writes import InboxWriter
from infra.stores.positions import INBOX, Positions
from infra.stores.postgres import Postgres
from schemas import topics
from schemas.codec import Undecodable, decode_event
from schemas.events import CommandRefused, CommandRepeated, TimelineEvent
from streams.inbox.project import Logged, project
from streams.runtime.positions import PositionPublisher, ends_of
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.views import ViewAgent


class InboxAgent(ViewAgent):
    group = INBOX.group
    topic = topics.CONVERSATION_EVENTS

    async def start(self) -> None:
        self._inbox = InboxWriter(await Postgres.connect(self._settings))
        self._positions = PositionPublisher(Positions(cache.connect(self._settings)), INBOX)

    async def _flush(self, runs: Sequence[Run]) -> None:
        logged = [one for run in runs for record in run.records if (one := _logged(record))]
        if logged:
            await until_available(lambda: self._write(logged), "the inbox")
        self._positions.publish(ends_of(runs))

    async def _write(self, logged: Sequence[Logged]) -> None:
        progress.touch()
        ids = {one.event.conversation_id for one in logged if isinstance(one.event, TimelineEvent)}
        async with self._inbox.writing() as writing:
            heads = await writing.heads(sorted(ids)) if ids else {}
            await writing.write(project(logged, heads))


def _logged(record: Record) -> Logged | None:
    """What of a record concerns this view. One that cannot be read does not; the timeline raises the alarm."""
    try:
        event = decode_event(record.value)
    except Undecodable:
        return None
    return None if isinstance(event, CommandRefused | CommandRepeated) else Logged(event, record.value)
