"""Makes the keyspace and the tables, each declared by the store that owns it."""

import logging

from infra.stores import memberships, receipts, snapshots, timeline
from infra.stores.cassandra import Cassandra
from infra.stores.settings import StoreSettings

log = logging.getLogger(__name__)


async def migrate(settings: StoreSettings) -> None:
    """Make what is missing. Raises StoreUnavailable."""
    cassandra = await Cassandra.connect(settings, keyspace="")
    keyspace = settings.cassandra_keyspace
    await cassandra.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication ="
        f" {{'class': 'NetworkTopologyStrategy', 'datacenter1': {settings.cassandra_replication}}}"
    )
    await cassandra.execute(f"USE {keyspace}")
    for table in (*timeline.TABLES, *receipts.TABLES, *snapshots.TABLES, *memberships.TABLES):
        await cassandra.execute(table)
    log.info("keyspace %s is ready", keyspace)
    await cassandra.close()
