"""What `backchannel projection list` and `status` show."""

import json
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

from infra.operator.rebuilds.desk import Desk, checked, desk
from infra.operator.running import run
from infra.stores.projections import Version
from schemas.times import timestamp
from schemas.topics import CONVERSATION_EVENTS

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a version is in one partition."""

    version: Version
    partition: int
    folded: int
    end: int

    @property
    def behind(self) -> int:
        return max(0, self.end - self.folded)


def list_versions(*, as_json: bool) -> None:
    async def work() -> list[Version]:
        async with desk() as here:
            return await here.projections.all()

    versions = run(work)
    if as_json:
        typer.echo(json.dumps([_described(one) for one in versions]))
        return
    table = Table("projection", "version", "state", "of", "since", box=None)
    for one in versions:
        since = timestamp(round(one.changed_at.timestamp() * 1000))
        table.add_row(one.name, str(one.version), one.state, one.scope or "the whole log", since)
    console.print(table)


def status(name: str | None, *, as_json: bool) -> None:
    if name is not None:
        checked(name)

    async def work() -> list[Standing]:
        async with desk() as here:
            return [one for version in await here.projections.all(name) for one in await _standings(here, version)]

    standings = run(work)
    if as_json:
        described = [
            {**_described(one.version), "partition": one.partition, "folded": one.folded, "end": one.end}
            for one in standings
        ]
        typer.echo(json.dumps(described))
        return
    table = Table("projection", "version", "state", "partition", "folded", "log's end", "behind", box=None)
    for one in standings:
        numbers = (one.partition, one.folded, one.end, one.behind)
        version = one.version
        table.add_row(version.name, str(version.version), version.state, *map(str, numbers))
    console.print(table)


async def _standings(here: Desk, version: Version) -> list[Standing]:
    ends = await here.ends.ends(CONVERSATION_EVENTS)
    folded = await here.folded(version)
    return [Standing(version, partition, folded.get(partition, 0), end) for partition, end in sorted(ends.items())]


def _described(one: Version) -> dict[str, object]:
    return {
        "projection": one.name, "version": one.version, "state": one.state, "scope": one.scope,
        "changed_at": timestamp(round(one.changed_at.timestamp() * 1000)),
    }  # fmt: skip
