"""What the commands about projections work with, connected, and the questions that they share."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import typer

from infra.operator.running import Failed
from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.faults import available_within
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.projections import NAMES, Projections, Version
from infra.stores.settings import StoreSettings
from schemas.topics import CONVERSATION_EVENTS

SCHEMA_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Desk:
    settings: StoreSettings
    projections: Projections
    positions: Positions
    ends: LogEnds

    async def version(self, name: str, number: int) -> Version:
        """One that is there, or was dropped. Raises Failed, StoreUnavailable."""
        for one in await self.projections.ever(name):
            if one.version == number:
                return one
        raise Failed(f"there never was a version {number} of {name}")

    async def live(self, name: str) -> Version:
        return next(one for one in await self.projections.all(name) if one.state == "live")

    async def newest_beside(self, name: str) -> Version:
        """The newest version that is not live. Raises Failed, StoreUnavailable."""
        beside = [one for one in await self.projections.all(name) if one.state != "live"]
        if not beside:
            raise Failed(f"{name} has only its live version: `backchannel projection rebuild {name}` builds another")
        return beside[-1]

    async def folded(self, version: Version) -> Offsets:
        """Per partition, the offset before which all is in the version: by what its agent published or committed, or
        by what the rebuild noted."""
        progress = await self.projections.progress(version)
        offsets = {partition: one.next_offset for partition, one in progress.items()}
        if not version.is_followed:
            return offsets
        group = "fanout" if await self._is_fanouts(version) else version.view.group
        committed = await self.ends.committed(group, CONVERSATION_EVENTS)
        return _furthest(offsets, committed, await self.positions.read(version.view))

    async def _is_fanouts(self, version: Version) -> bool:
        """Whether fan-out alone keeps this version, for it is the only one."""
        followed = [one for one in await self.projections.all(version.name) if one.is_followed]
        return version.name == "memberships" and len(followed) == 1

    async def behind(self, version: Version, ends: Offsets | None = None) -> int:
        """How many records of the log the version has not folded, of those before `ends`, or now."""
        ends = await self.ends.ends(CONVERSATION_EVENTS) if ends is None else ends
        folded = await self.folded(version)
        return sum(max(0, end - folded.get(partition, 0)) for partition, end in ends.items())


def _furthest(*some: Mapping[int, int]) -> Offsets:
    partitions = set().union(*some)
    return {partition: max(one.get(partition, 0) for one in some) for partition in partitions}


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    settings = StoreSettings()
    postgres, redis = await Postgres.connect(settings), cache.connect(settings)
    try:
        yield Desk(settings, Projections(postgres), Positions(redis), LogEnds(settings.kafka_bootstrap))
    finally:
        await redis.aclose()
        await postgres.close()


@asynccontextmanager
async def alone(here: Desk, name: str) -> AsyncIterator[None]:
    """Nobody else works on this projection meanwhile. Raises Failed."""
    async with here.projections.lock(name) as is_mine:
        if not is_mine:
            raise Failed(f"somebody else is at work on {name}: a rebuild, a switch or a drop; wait for its end")
        yield


async def run_in_cassandra(settings: StoreSettings, statements: Sequence[str]) -> None:
    """Of statements that may be run again. A busy Cassandra takes its time for those. Raises StoreUnavailable."""
    if statements:
        cassandra = await Cassandra.connect(settings)
        try:
            for statement in statements:
                await available_within(SCHEMA_SECONDS, lambda text=statement: cassandra.execute(text))  # type: ignore[misc]
        finally:
            await cassandra.close()


def checked(name: str) -> str:
    """The name of a projection. Raises typer.BadParameter."""
    if name not in NAMES:
        raise typer.BadParameter(f"there is no projection {name!r}; there are {', '.join(NAMES)}")
    return name
