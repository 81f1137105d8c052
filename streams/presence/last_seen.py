"""The last-seen agent: consumes `presence.events`, keeps in PostgreSQL when people went offline. A view like others."""

from collections.abc import Iterable, Sequence

from infra.stores.faults import until_available
from infra.stores.last_seen import LastSeen
from infra.stores.postgres import Postgres
from schemas import topics
from schemas.codec import Undecodable, decode_presence
from schemas.presence import WentOffline
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.views import ViewAgent


def project(records: Iterable[Record]) -> dict[str, str]:
    """Users and when they were last seen. Pure. What cannot be read is buried by the presence agent."""
    seen: dict[str, str] = {}
    for record in records:
        try:
            event = decode_presence(record.value)
        except Undecodable:
            continue
        if isinstance(event, WentOffline):
            seen[event.user_id] = max(event.last_seen_at, seen.get(event.user_id, ""))
    return seen


class LastSeenAgent(ViewAgent):
    group = "last-seen-1"
    topic = topics.PRESENCE_EVENTS

    async def start(self) -> None:
        self._store = LastSeen(await Postgres.connect(self._settings))

    async def _flush(self, runs: Sequence[Run]) -> None:
        if seen := project(record for run in runs for record in run.records):
            await until_available(lambda: self._write(seen), "the view of who was last seen")

    async def _write(self, seen: dict[str, str]) -> None:
        progress.touch()
        await self._store.write(seen)
