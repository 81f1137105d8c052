"""The live version of each view, connected, for commands that read rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from infra.stores.cassandra import Cassandra
from infra.stores.live_views import LiveViews
from infra.stores.memberships import Memberships
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.reading import readable_timeline
from infra.stores.receipts import Receipts
from infra.stores.settings import ObjectSettings, StoreSettings
from infra.stores.timeline import Timeline


@dataclass(frozen=True, slots=True)
class LiveRows:
    """`inbox`: where its rows are."""

    timeline: Timeline
    receipts: Receipts
    memberships: Memberships
    inbox: Postgres


@asynccontextmanager
async def live_rows(settings: StoreSettings) -> AsyncIterator[LiveRows]:
    """Closed at the end. Raises StoreUnavailable."""
    object_settings = ObjectSettings()
    postgres, objects = await Postgres.connect(settings), Objects(object_settings)
    cassandra = await Cassandra.connect(settings)
    try:
        live = await LiveViews.connect(postgres)
        yield LiveRows(
            await readable_timeline(
                cassandra, live.which("timeline"), postgres, objects, object_settings, is_one_replica_set=True
            ),
            await Receipts.prepare(cassandra, live.which("receipts"), is_one_replica_set=True),
            await Memberships.prepare(cassandra, live.which("memberships")),
            postgres,
        )
    finally:
        await cassandra.close()
        await postgres.close()
        await objects.close()
