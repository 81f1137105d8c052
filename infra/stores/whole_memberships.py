"""All of a version of fan-out's membership view: which conversations it has, and their rosters."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from infra.stores.cassandra import Cassandra
from infra.stores.memberships import Memberships, Roster
from infra.stores.versions import fixed
from infra.stores.whole_views import Part, Partition


class WholeMemberships:
    """Every call raises StoreUnavailable."""

    part_bytes = 0

    def __init__(self, cassandra: Cassandra, version: int) -> None:
        self._cassandra = cassandra
        self._memberships = Memberships(cassandra, fixed(version))
        self._partitions = f"SELECT conversation_id FROM memberships_{version:d}"  # noqa: S608 — a number

    async def partitions(self) -> AsyncGenerator[Sequence[Partition]]:
        """Page by page, in no order."""
        async for rows in self._cassandra.pages(self._partitions):
            yield [(row.conversation_id.bytes, b"") for row in rows]

    async def read(self, wanted: Mapping[str, Sequence[Part]]) -> Mapping[str, Roster]:
        """These conversations; those of which nothing is there are missing."""
        return await self._memberships.load(list(wanted))
