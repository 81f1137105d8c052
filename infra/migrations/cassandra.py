"""Makes the keyspace and the tables, each declared by the store that owns it, those of views for each version that the
register in PostgreSQL has."""

import logging

from infra.stores import snapshots, view_tables
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.projections import Projections
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
    postgres = await Postgres.connect(settings)
    versions = await Projections(postgres).all()
    await postgres.close()
    for statement in (*snapshots.TABLES, *(one for version in versions for one in view_tables.making(version.view))):
        await cassandra.execute(statement)
    log.info("keyspace %s is ready", keyspace)
    await cassandra.close()
