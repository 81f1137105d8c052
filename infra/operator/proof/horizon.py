"""How far versions have folded the log: what comes later is no reason to differ."""

import asyncio
import time
from collections.abc import Sequence

from infra.operator.proof.log import EventLog
from infra.operator.proof.stored import Stores
from infra.operator.rebuilds.desk import Desk
from infra.operator.running import Failed
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.projections import Version

LOOK_SECONDS = 0.1
WAIT_SECONDS = 60.0


class Horizon:
    def __init__(self, stores: Stores, log: EventLog) -> None:
        ends = LogEnds(stores.settings.kafka_bootstrap)
        self._desk = Desk(stores.settings, stores.projections, stores.positions, ends)
        self._log = log

    async def reached(self, versions: Sequence[Version]) -> Offsets:
        """The offsets before which all of these have folded: the log's present ends, which those that follow it are
        waited for to pass; or as far as one that follows nothing was built. Raises Failed, StoreUnavailable."""
        reached = dict(await self._log.ends())
        for version in versions:
            for partition, offset in (await self._reached(version, reached)).items():
                reached[partition] = min(reached[partition], offset)
        return reached

    async def _reached(self, version: Version, ends: Offsets) -> Offsets:
        if not version.is_followed:
            built = await self._desk.folded(version)
            return {partition: built.get(partition, 0) for partition in ends}
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            position = await self._desk.folded(version)
            behind = sum(max(0, end - position.get(partition, 0)) for partition, end in ends.items())
            if not behind:
                return ends
            if time.monotonic() > deadline:
                raise Failed(f"{version.view.group} is {behind} records behind the log, and was not waited for longer")
            await asyncio.sleep(LOOK_SECONDS)
