"""What the archiver works with, connected: for the agent, and for the operator's command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.stores.archive_index import ArchiveIndex
from infra.stores.archive_manifest import ArchiveManifest
from infra.stores.cassandra import Cassandra
from infra.stores.live_views import LiveViews
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.reading import readable_timeline
from infra.stores.settings import ObjectSettings
from infra.stores.timeline_moves import TimelineMoves
from streams.archive.archiver import Parts
from streams.archive.settings import ArchiveSettings


@asynccontextmanager
async def parts(settings: ArchiveSettings, object_settings: ObjectSettings | None = None) -> AsyncIterator[Parts]:
    """Closed at the end; how the object store is reached comes from the environment unless given. Raises
    StoreUnavailable."""
    object_settings = object_settings or ObjectSettings()
    objects = Objects(object_settings)
    postgres = await Postgres.connect(settings)
    try:
        cassandra = await Cassandra.connect(settings)
        try:
            live = await LiveViews.connect(postgres)
            is_one = settings.is_one_replica_set
            yield Parts(
                ArchiveManifest(postgres),
                ArchiveIndex(postgres),
                objects,
                object_settings.archive_bucket,
                await readable_timeline(
                    cassandra, live.which("timeline"), postgres, objects, object_settings, is_one_replica_set=is_one
                ),
                TimelineMoves(cassandra, lambda: live.written("timeline"), is_one_replica_set=is_one),
            )
        finally:
            await cassandra.close()
    finally:
        await postgres.close()
        await objects.close()
