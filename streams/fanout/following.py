"""Fan-out's membership view, folded beside fan-out: while there are two versions, so that either may be read.

Alone, a version needs no follower: fan-out itself writes the one that it reads.
"""

from collections.abc import Sequence

from infra.stores.cassandra import Cassandra
from infra.stores.memberships import Memberships
from infra.stores.settings import StoreSettings
from infra.stores.versions import fixed
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent
from streams.fanout.membership import MembershipView
from streams.runtime.records import Record
from streams.runtime.views import Projector


class MembershipsProjection:
    def __init__(self, cassandra: Cassandra, view: MembershipView) -> None:
        self._cassandra = cassandra
        self._view = view

    async def fold(self, records: Sequence[Record]) -> None:
        await self._view.fold([event for record in records if (event := _event(record))])
        self._view.evict()

    async def close(self) -> None:
        await self._cassandra.close()


async def connect(settings: StoreSettings, version: int) -> MembershipsProjection:
    """Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings)
    return MembershipsProjection(cassandra, MembershipView(await Memberships.prepare(cassandra, fixed(version))))


def _event(record: Record) -> AnyEvent | None:
    """One that cannot be read concerns nobody's membership as far as anybody knows; the timeline raises the alarm."""
    try:
        return decode_event(record.value)
    except Undecodable:
        return None


MEMBERSHIPS = Projector("memberships", connect, is_written_beside=True)
