"""What `backchannel archive` does: connects, asks or works, says what came of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from infra.operator import running
from infra.operator.archive_workers import in_processes
from infra.operator.running import Failed
from infra.stores.archive_manifest import Manifest
from infra.stores.segments import CorruptSegment
from schemas.times import timestamp
from schemas.topics import CONVERSATION_EVENTS
from streams.archive import restoring
from streams.archive.archiver import Archiver, Parts
from streams.archive.collecting import TimelineBehind
from streams.archive.connecting import parts
from streams.archive.restoring import NotToRestore
from streams.archive.settings import ArchiveSettings

T = TypeVar("T")
console = Console(highlight=False)


def list_segments(*, as_json: bool) -> None:
    segments = _run(lambda found: found.manifest.all())
    if as_json:
        return _say_json([_described(one) for one in segments])
    table = Table("segment", "partition", "state", "rows", "bytes", "from", "to", box=None)
    for one in segments:
        numbers = (str(one.row_count or ""), str(one.size or ""))
        times = (_time(one.from_ms) or "", _time(one.to_ms) or "")
        table.add_row(str(one.segment_id), str(one.log_partition), one.state, *numbers, *times)
    console.print(table)
    return None


def status(*, as_json: bool) -> None:
    async def look(found: Parts) -> tuple[dict[int, int], list[Manifest]]:
        return await found.manifest.positions(), await found.manifest.all()

    positions, segments = _run(look)
    states = {state: sum(one.state == state for one in segments) for state in sorted({one.state for one in segments})}
    rows = sum(one.row_count or 0 for one in segments if one.state in ("published", "done"))
    days = ArchiveSettings().archive_after_days
    if as_json:
        return _say_json({"after_days": days, "positions": positions, "segments": states, "rows": rows})
    console.print("archiving is off" if days is None else f"archived after {days:g} days")
    for partition, offset in positions.items():
        console.print(f"partition {partition}: looked at up to offset {offset}")
    console.print(
        f"{rows} rows in segments: " + (", ".join(f"{count} {state}" for state, count in states.items()) or "none")
    )
    return None


def run(*, once: bool, after_days: float | None, workers: int, dry_run: bool, as_json: bool) -> None:
    partitions = range(CONVERSATION_EVENTS.partitions)

    async def turn(settings: ArchiveSettings, found: Parts) -> int:
        archiver = Archiver(settings, found)
        if dry_run:
            return sum(await asyncio.gather(*map(archiver.preview, partitions)))
        if workers == 1:
            count = sum(await asyncio.gather(*map(archiver.work, partitions)))
        else:
            count = await in_processes(settings, workers, partitions)
        await archiver.sweep()
        return count

    async def turns(found: Parts) -> None:
        settings = ArchiveSettings() if after_days is None else ArchiveSettings(archive_after_days=after_days)
        if settings.archive_after_days is None:
            raise Failed("archiving is off: set BACKCHANNEL_ARCHIVE_AFTER_DAYS, or give --after-days")
        while True:
            count = await turn(settings, found)
            _say(as_json, {"rows": count, "dry_run": dry_run}, f"{count} rows {_done('archived', dry_run=dry_run)}")
            if once or dry_run:
                return
            await asyncio.sleep(settings.archive_every_seconds)

    _run(turns)


def verify(segment_ids: Sequence[int], *, as_json: bool) -> None:
    """All that readers may look into, if none is named."""

    async def check(found: Parts) -> tuple[list[int], int]:
        segments, rows, corrupt = await _written(found, segment_ids), 0, list[str]()
        with Progress(console=console, disable=as_json) as shown:
            for segment in shown.track(segments, description="segments"):
                try:
                    rows += await restoring.verify(found, segment)
                except CorruptSegment as fault:  # the others are looked at, too
                    if await found.manifest.segment(segment.segment_id) == segment:  # or it was moved on meanwhile
                        corrupt.append(f"segment {segment.segment_id}: {fault}")
        if corrupt:
            raise Failed("\n".join(["corrupt:", *corrupt]))
        return [one.segment_id for one in segments], rows

    ids, rows = _run(check)
    _say(as_json, {"segments": ids, "rows": rows}, f"segments: {len(ids)}; rows: {rows}; all as they were written")


def restore(segment_ids: Sequence[int], *, dry_run: bool, as_json: bool) -> None:
    async def one(found: Parts, segment_id: int, shown: Progress) -> int:
        if dry_run:
            return len(await restoring.rows_to_restore(found, await restoring.restorable(found, segment_id)))
        task = shown.add_task(f"segment {segment_id}", total=None)
        return await restoring.restore(
            found, segment_id, lambda done, all_: shown.update(task, completed=done, total=all_)
        )

    async def work(found: Parts) -> int:
        for segment_id in segment_ids:
            await restoring.restorable(found, segment_id)  # before anything is done to another
        with Progress(console=console, disable=as_json) as shown:
            return sum([await one(found, segment_id, shown) for segment_id in segment_ids])

    rows = _run(work)
    value = {"segments": list(segment_ids), "rows": rows, "dry_run": dry_run}
    _say(as_json, value, f"{rows} rows {_done('restored', dry_run=dry_run)}")


async def _written(found: Parts, segment_ids: Sequence[int]) -> list[Manifest]:
    """Raises NotToRestore, StoreUnavailable."""
    segments = {one.segment_id: one for one in await found.manifest.all() if one.object_key is not None}
    if absent := [str(one) for one in segment_ids if one not in segments]:
        raise NotToRestore(f"there is no written segment {', '.join(absent)}")
    if segment_ids:
        return [segments[one] for one in segment_ids]
    return [one for one in segments.values() if one.state in ("published", "done", "restored")]


def _run(work: Callable[[Parts], Awaitable[T]]) -> T:
    async def connected() -> T:
        try:
            async with parts(ArchiveSettings()) as found:
                return await work(found)
        except CorruptSegment as corrupt:
            raise Failed(f"corrupt: {corrupt}") from corrupt
        except TimelineBehind as behind:
            raise Failed(f"the timeline is behind the log ({behind}); what is begun goes on the next time") from behind
        except NotToRestore as fault:
            raise Failed(str(fault)) from fault

    return running.run(connected)


def _described(one: Manifest) -> dict[str, Any]:
    return {
        "segment": one.segment_id, "partition": one.log_partition, "state": one.state, "rows": one.row_count,
        "bytes": one.size, "sha256": one.sha256.hex() if one.sha256 else None, "object": one.object_key,
        "from": _time(one.from_ms), "to": _time(one.to_ms), "from_offset": one.from_offset,
        "to_offset": one.to_offset, "replaces": one.replaces, "changed_at": one.changed_at,
    }  # fmt: skip


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else timestamp(at_ms)


def _done(verb: str, *, dry_run: bool) -> str:
    return f"would be {verb}" if dry_run else verb


def _say(as_json: bool, value: object, sentence: str) -> None:  # noqa: FBT001 — which of the two is said
    if as_json:
        _say_json(value)
    else:
        console.print(sentence)


def _say_json(value: object) -> None:
    typer.echo(json.dumps(value))
