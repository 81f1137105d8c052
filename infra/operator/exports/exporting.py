"""What `backchannel export` does: connects, works, says what came of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import typer
from msgspec import Struct

from infra.operator.exports.checking import faults
from infra.operator.exports.export import Export, Work, existing
from infra.operator.exports.manifest import Described, described
from infra.operator.exports.places import at_place
from infra.operator.exports.snapshot import add_view
from infra.operator.exports.views import VIEWS
from infra.operator.live_rows import live_rows
from infra.operator.progress import progress
from infra.operator.running import FAILED, Failed
from infra.stores.export_places import ExportPlace
from infra.stores.exports import Exports
from infra.stores.log_ends import LogEnds
from infra.stores.log_reading import LogReader
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.topics import FOR_EVER_MS, TOPICS, Topic


class Exported(Struct, frozen=True):
    """`added`: rows of each topic and table, now; `there`: what the export holds since."""

    added: Mapping[str, int]
    there: Described


class Checked(Struct, frozen=True):
    """`faults`: a sentence for each."""

    files: int
    faults: Sequence[str]


def export(names: Sequence[str], to: str, *, accept_gap: bool, is_dry: bool, as_json: bool) -> None:
    """Ends with a sentence and 1 where it cannot go on; what is done until then is kept."""

    async def work(place: ExportPlace) -> None:
        settings = StoreSettings()
        reader, ends = LogReader(settings.kafka_bootstrap), LogEnds(settings.kafka_bootstrap)
        topics = [_topic(reader, name) for name in dict.fromkeys(names) if name not in VIEWS]
        if is_dry:
            found = await Export.open(place)
            _say_plan([await found.work(one, reader, ends, accept_gap=accept_gap) for one in topics], as_json=as_json)
            return
        async with place.locked() as scratch:
            found = await Export.open(place)
            await _register(place, names, settings)
            await found.sweep()
            works = [await found.work(one, reader, ends, accept_gap=accept_gap) for one in topics]
            added: dict[str, int] = {}
            for one in works:
                with progress(one.topic.name, one.records) as advance:
                    await found.add(one, reader, scratch, advance)
                added[one.topic.name] = one.added
            if views := [name for name in dict.fromkeys(names) if name in VIEWS]:
                added |= await _add_views(found, views, scratch, settings)
            await found.sweep()
        _say(found, added, as_json=as_json)

    at_place(to, work)


async def _register(place: ExportPlace, names: Sequence[str], settings: StoreSettings) -> None:
    """Before anything is written: an erasure must know where copies are. Raises StoreUnavailable."""
    postgres = await Postgres.connect(settings)
    try:
        await Exports(postgres).register(_where(place), ", ".join(dict.fromkeys(names)))
    finally:
        await postgres.close()


def _where(place: ExportPlace) -> str:
    return place.url if "://" in place.url else str(Path(place.url).resolve())


async def _add_views(found: Export, views: Sequence[str], scratch: Path, settings: StoreSettings) -> Mapping[str, int]:
    added: dict[str, int] = {}
    async with live_rows(settings) as live:
        for name in views:
            with progress(name, None) as advance:
                added |= await add_view(found, name, live, scratch, advance)
    return added


def check(at: str, *, as_json: bool) -> None:
    """Reads all of it; ends with 1 if anything is not as the manifest says."""

    async def work(place: ExportPlace) -> None:
        manifest = (await existing(place)).manifest
        wrong = [*manifest.holes(), *await faults(place, manifest.all_files)]
        for sentence in wrong:
            typer.echo(sentence, err=True)
        if as_json:
            typer.echo(msgspec.json.encode(Checked(len(manifest.all_files), wrong)))
        else:
            typer.echo(f"{len(manifest.all_files)} files of {place.url} read, {len(wrong)} faults")
        if wrong:
            raise typer.Exit(FAILED)

    at_place(at, work)


def _topic(reader: LogReader, name: str) -> Topic:
    """One of the house's, or whatever else the broker has. Raises Failed."""
    for topic in TOPICS:
        if topic.name == name:
            return topic
    partitions = reader.partitions(name)
    if partitions is None:
        there = ", ".join([*(one.name for one in TOPICS), *VIEWS])
        raise Failed(f"there is no topic or live view {name!r}; there are {there}")
    return Topic(name, "", (), partitions, FOR_EVER_MS)


def _say_plan(works: Sequence[Work], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({one.topic.name: one.added for one in works}))
        return
    for one in works:
        typer.echo(f"{one.topic.name}: {one.added:,} records would be added")


def _say(found: Export, added: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(Exported(added, described(found.manifest))))
        return
    there = described(found.manifest).rows
    for name, rows in added.items():
        typer.echo(f"{name}: {rows:,} added, {there.get(name, 0):,} there")
    typer.echo(f"{len(found.manifest.all_files)} files at {found.place.url}")
