"""What `backchannel projection rebuild` does: folds the log into a new version, hands it to its agent, waits for that.

    register → fold, round after round, until little is before it → hand over → its agent catches up

Each step may be done again: a rebuild that was killed goes on where it was.
"""

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import typer

from infra.operator.printing import moment
from infra.operator.progress import progress
from infra.operator.rebuilds.desk import Desk, alone, checked, desk, run_in_cassandra
from infra.operator.rebuilds.strain import Watch
from infra.operator.rebuilds.throttle import Throttle
from infra.operator.rebuilds.workers import Task, Workers, shared_out
from infra.operator.running import Failed, run
from infra.operator.saying import say
from infra.stores import view_tables
from infra.stores.faults import StoreUnavailable
from infra.stores.log_reading import LogReader, Span
from infra.stores.projections import Progress, Scope, Version
from schemas.ids import is_id
from schemas.partitioning import partition_of
from schemas.topics import CONVERSATION_EVENTS

LOOK_SECONDS = 0.25
LITTLE_RECORDS = 2_000
"""So few records before it, its agent does the rest."""
BY_TIME = ("timeline", "receipts")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a rebuild goes: `rate` in events a second, `max_lag` in records, `max_delay` in milliseconds."""

    workers: int
    rate: float | None
    max_lag: int
    max_delay: float
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class Built:
    version: Version
    events: int
    seconds: float


def scope_of(since: str | None, conversation: str | None) -> Scope:
    """Raises typer.BadParameter."""
    if since and conversation:
        raise typer.BadParameter("either --since or --conversation")
    if conversation and not is_id(conversation):
        raise typer.BadParameter(f"{conversation!r} is not an id: ids are UUIDs in lower case")
    return Scope(conversation, moment(since))


def rebuild(name: str, scope: Scope, pace: Pace, *, dry_run: bool, as_json: bool) -> None:
    checked(name)
    if scope.since_ms is not None and name not in BY_TIME:
        raise typer.BadParameter(f"{name} is folded from the beginning: --since is for {' and '.join(BY_TIME)}")

    async def work() -> None:
        async with desk() as here, alone(here, name):
            reader = LogReader(here.settings.kafka_bootstrap)
            spans = _spans(reader, scope)
            version = await _resumable(here, name, scope)
            if dry_run:
                return _say_plan(name, version, spans, as_json=as_json)
            if version is None:
                version = await here.projections.add(name, str(scope))
            await run_in_cassandra(here.settings, view_tables.making(version.view))
            built = await _fold(here, reader, version, spans, pace)
            await _hand_over(here, version)
            if not version.scope:
                await _until_caught_up(here, version, pace.wait_seconds)
            return _say_built(built, as_json=as_json)

    run(work)


async def _resumable(here: Desk, name: str, scope: Scope) -> Version | None:
    """The version that is being built, if one is. Raises Failed."""
    building = [one for one in await here.projections.all(name) if one.state == "building"]
    for one in building:
        if one.scope != str(scope):
            drop = f"backchannel projection drop {name} {one.version}"
            what = one.scope or "the whole log"
            raise Failed(f"version {one.version} of {name} is half built from {what}: go on with that, or `{drop}`")
    return building[0] if building else None


def _spans(reader: LogReader, scope: Scope) -> list[Span]:
    """All that there is by now of the scope. Raises Failed where the beginning is not kept any more."""
    id_ = scope.conversation_id
    partitions = None if id_ is None else [partition_of(id_.encode(), CONVERSATION_EVENTS.partitions)]
    spans = reader.spans(CONVERSATION_EVENTS, partitions=partitions, since_ms=scope.since_ms)
    gone = [one for one in spans if one.start and scope.since_ms is None]
    if gone:
        where = f"{gone[0].topic}/{gone[0].partition}"
        raise Failed(f"{where} begins at offset {gone[0].start}: what was before is not kept, use --since")
    return spans


async def _fold(here: Desk, reader: LogReader, version: Version, spans: list[Span], pace: Pace) -> Built:
    """Round after round: what is appended during one is the next, until little is."""
    began, events = time.monotonic(), 0
    first = await _first_offsets(here, version, spans)
    while left := _left(spans, await here.projections.progress(version)):
        await _round(here, Task(version, left, first), pace)
        events += sum(map(len, left))
        if not version.scope:
            newer = _spans(reader, Scope())
            is_little = sum(map(len, newer)) - sum(map(len, spans)) < LITTLE_RECORDS
            spans = spans if is_little else newer
    return Built(version, events, time.monotonic() - began)


async def _first_offsets(here: Desk, version: Version, spans: list[Span]) -> Mapping[int, int]:
    """Where the version begins, per partition: as noted when its rebuild began."""
    for span in spans:
        await here.projections.advance(version, span.partition, Progress(span.start, span.start))
    return {partition: one.first_offset for partition, one in (await here.projections.progress(version)).items()}


def _left(spans: list[Span], noted: Mapping[int, Progress]) -> list[Span]:
    """What of the spans is not folded."""
    left = [Span(one.topic, one.partition, noted[one.partition].next_offset, one.end) for one in spans]
    return [one for one in left if len(one)]


async def _round(here: Desk, task: Task, pace: Pace) -> None:
    """Fold spans, at the pace that the live side leaves. Raises Failed."""
    lives = [one for one in await here.projections.all() if one.state == "live" and one.name != "memberships"]
    throttle = Throttle(pace.max_lag, pace.max_delay, pace.rate or math.inf)
    starts = {span.partition: span.start for span in task.spans}
    watch = Watch(here.settings.kafka_bootstrap, [one.view.group for one in lives])
    workers = Workers(shared_out(task, pace.workers), starts, throttle.rate / pace.workers)
    total, done, looked_at = sum(map(len, task.spans)), 0, time.monotonic()
    with progress(f"{task.version.name} {task.version.version}", total) as advance:
        try:
            while not workers.is_done:
                if workers.fault:
                    raise Failed(f"{workers.fault}; what is folded stays: the same command goes on from there")
                await asyncio.sleep(LOOK_SECONDS)
                now = sum(workers.folded().values()) - sum(starts.values())
                advance(now - done)
                strain, before, looked_at = await watch.look(), looked_at, time.monotonic()
                throttle = throttle.after(strain, (now - done) / (looked_at - before))
                workers.allow(throttle.rate)
                done = now
            advance(total - done)
        finally:
            workers.end()
            watch.close()


async def _hand_over(here: Desk, version: Version) -> None:
    """From here on its agent follows the log, from where the rebuild has come."""
    if not version.scope:
        if version.name == "memberships":
            await _follow_beside_fan_out(here)
        noted = await here.projections.progress(version)
        offsets = {partition: one.next_offset for partition, one in noted.items()}
        await here.ends.commit(version.view.group, CONVERSATION_EVENTS, offsets)
    await here.projections.move(version, "standby")


async def _follow_beside_fan_out(here: Desk) -> None:
    """While there are two versions, the one that fan-out reads has an agent too: it begins where fan-out is."""
    followed = [one for one in await here.projections.all("memberships") if one.is_followed]
    if len(followed) == 1:
        committed = await here.ends.committed("fanout", CONVERSATION_EVENTS)
        await here.ends.commit(followed[0].view.group, CONVERSATION_EVENTS, committed)


async def _until_caught_up(here: Desk, version: Version, wait_seconds: float) -> None:
    """Raises Failed if its agent does not come to where the log ends now."""
    (version,) = [one for one in await here.projections.all(version.name) if one.version == version.version]
    ends = await here.ends.ends(CONVERSATION_EVENTS)
    left = await here.behind(version, ends)
    with progress(f"{version.view.group} catches up", left) as advance:
        deadline = time.monotonic() + wait_seconds
        while left:
            if time.monotonic() > deadline:
                raise Failed(
                    f"version {version.version} is built, but its agent is {left} records behind after"
                    f" {wait_seconds:.0f} s: does the process that runs {version.name} live? It goes on by itself"
                )
            await asyncio.sleep(LOOK_SECONDS)
            before, left = left, await _behind_or(here, version, ends, left)
            advance(before - left)


async def _behind_or(here: Desk, version: Version, ends: Mapping[int, int], known: int) -> int:
    """A store that does not answer for a moment changes nothing."""
    try:
        return await here.behind(version, ends)
    except StoreUnavailable:
        return known


def _say_plan(name: str, version: Version | None, spans: list[Span], *, as_json: bool) -> None:
    events = sum(map(len, spans))
    what = f"version {version.version}, which is half built," if version else "a new version"
    value = {"projection": name, "version": version and version.version, "events": events, "dry_run": True}
    say(value, f"{what} of {name} would be folded from {events} records", as_json=as_json)


def _say_built(built: Built, *, as_json: bool) -> None:
    one, rate = built.version, built.events / max(built.seconds, 0.001)
    value = {
        "projection": one.name, "version": one.version, "scope": one.scope, "events": built.events,
        "seconds": round(built.seconds, 2), "events_per_second": round(rate),
    }  # fmt: skip
    sentence = (
        f"version {one.version} of {one.name}: {built.events} events in {built.seconds:.1f} s ({rate:,.0f} a second)"
    )
    compare = f"; compare it: backchannel projection diff {one.name} {one.version}"
    say(value, sentence + compare, as_json=as_json)
