"""The timeline for those who read it: with the archive behind it."""

from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import Which


async def readable_timeline(
    cassandra: Cassandra,
    which: Which,
    postgres: Postgres,
    objects: Objects,
    settings: ObjectSettings,
    *,
    is_one_replica_set: bool,
) -> Timeline:
    """Raises StoreUnavailable."""
    archive = Archive(ArchiveIndex(postgres), objects, settings.archive_bucket)
    return await Timeline.prepare(cassandra, which, archive, is_one_replica_set=is_one_replica_set)
