"""The signals agent: consumes `conversation.signals`, tells the other members who writes.

Who is a member is looked up for each micro-batch in fan-out's view. Silently nobody is told where the writer is no
member, or where one of two people blocks the other.
"""

import logging
from collections.abc import Mapping, Sequence

from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.connection_cache import ConnectionCache
from infra.stores.faults import until_available
from infra.stores.line import Line
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.memberships import Memberships, Roster
from infra.stores.outbound_streams import publish
from infra.stores.postgres import Postgres
from schemas import frames, topics
from schemas.codec import Undecodable, decode_signal
from schemas.outbound import Connections, Kind
from schemas.signals import AnySignal
from streams.fanout.recipients import Outgoing, streams_of
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.progress import progress
from streams.runtime.records import Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)


def listeners(signal: AnySignal, rosters: Mapping[str, Roster]) -> list[str]:
    """The users who are told of a signal. Pure."""
    roster = rosters.get(signal.conversation_id)
    if roster is None or roster.blocker_ids or signal.user_id not in (present := roster.present()):
        return []
    return [user_id for user_id in present if user_id != signal.user_id]


class SignalsAgent:
    group = "signals"
    topic = topics.CONVERSATION_SIGNALS
    is_background = False

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put
        self.work = self._batches.work

    async def start(self) -> None:
        redis = cache.connect(self._settings)
        self._cache = ConnectionCache(redis)
        self._line = Line(redis)
        self._dead_letters = DeadLetters(Appender(self._settings.kafka_bootstrap, self.group), self.group)
        cassandra = await until_available(lambda: Cassandra.connect(self._settings), "Cassandra")
        live = await LiveViews.connect(await Postgres.connect(self._settings))
        self._memberships = await until_available(
            lambda: Memberships.prepare(cassandra, live.which("memberships")), "Cassandra"
        )

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Nothing to prepare: nothing is kept."""

    async def revoked(self) -> None:
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        signals: list[AnySignal] = []
        for record in (record for run in runs for record in run.records):
            try:
                signals.append(decode_signal(record.value))
            except Undecodable as broken:
                await self._dead_letters.bury(record, broken)
        await until_available(lambda: self._tell(signals), "membership and connections")

    async def _tell(self, signals: Sequence[AnySignal]) -> None:
        progress.touch()
        rosters = await self._memberships.load(list({one.conversation_id for one in signals}))
        told = [(one, listeners(one, rosters)) for one in signals]
        users = sorted({user_id for _, some in told for user_id in some})
        found = dict(zip(users, await self._cache.read(users), strict=True))
        connections: dict[str, Connections] = {user_id: value for user_id, value in found.items() if value is not None}
        out = Outgoing()
        for signal, some in told:
            frame = frames.encode(frames.TypingChanged(signal.conversation_id, signal.user_id, signal.is_typing))
            out.add(Kind.FRAME, streams_of(some, connections), frame)
        await publish(self._line, out.items)
