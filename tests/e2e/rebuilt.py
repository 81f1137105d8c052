"""Another version of a view, folded from the log by the projection itself, and dropped at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from infra.operator.proof.log import EventLog, among
from infra.operator.proof.stored import Stores
from infra.operator.rebuilds.workers import AWAY_SECONDS
from infra.stores.faults import available_within
from infra.stores.projections import Progress, Version
from infra.stores.view_tables import dropping, making
from streams.projections import PROJECTORS

BATCH_RECORDS = 2_000


@asynccontextmanager
async def rebuilt(
    stores: Stores, name: str, scope: str = "", conversation_id: str | None = None
) -> AsyncIterator[Version]:
    """Of one conversation's records, or of all."""
    version = await stores.projections.add(name, scope)
    projector = PROJECTORS[name]
    for statement in making(version.view):
        await stores.cassandra.execute(statement)
    projection = await (projector.connect_rebuild or projector.connect)(stores.settings, version.version)
    try:
        log = EventLog(stores.settings.kafka_bootstrap)
        starts, ends = await log.starts(), await log.ends()
        wanted = (lambda _: True) if conversation_id is None else among([conversation_id])
        records = [one for some in (await log.read(wanted, starts, ends)).values() for one in some]
        for start in range(0, len(records), BATCH_RECORDS):
            batch = records[start : start + BATCH_RECORDS]
            await available_within(AWAY_SECONDS, partial(projection.fold, batch))
        for partition, end in ends.items():
            await stores.projections.advance(version, partition, Progress(starts[partition], end))
        yield version
    finally:
        await projection.close()
        for statement in dropping(version.view):
            await stores.cassandra.execute(statement)
        if name == "inbox":
            await stores.projections.drop_inbox(version.version)
        await stores.projections.move(version, "dropped")
