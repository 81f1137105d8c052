"""What `backchannel projection diff` does: compares two versions of a view, row by row."""

import time
from collections.abc import Sequence

from infra.operator.proof.comparing import Chosen, Comparison
from infra.operator.proof.differing import Tally
from infra.operator.proof.horizon import Horizon
from infra.operator.proof.log import EventLog, among
from infra.operator.proof.progress import shown_progress
from infra.operator.proof.report import Report, end, report, show
from infra.operator.proof.rows import RowKey, Values
from infra.operator.proof.settling import Within
from infra.operator.proof.slices import Slicing
from infra.operator.proof.stored import Stores, connected
from infra.operator.running import Failed, run
from infra.stores.log_reading import RangeGone
from infra.stores.projections import NAMES, Scope, Version
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.partitioning import partition_of
from schemas.topics import CONVERSATION_EVENTS


def diff(
    name: str,
    version: int | None,
    *,
    against: int | None,
    conversation_id: str | None,
    examples: int,
    as_json: bool,
) -> None:
    """Ends with 3 if they differ."""

    async def work() -> Report:
        try:
            async with connected(StoreSettings(), ObjectSettings()) as stores:
                looked_at, wanted = chosen_versions(await stores.projections.all(), name, version, against)
                return await compare_versions(stores, looked_at, wanted, conversation_id, examples)
        except RangeGone as fault:
            raise Failed(str(fault)) from fault

    reports = [run(work)]
    show(reports, as_json=as_json)
    end(reports)


def chosen_versions(
    all_: Sequence[Version], name: str, version: int | None, against: int | None
) -> tuple[Version, Version]:
    """The version to look at, the newest that is not live unless it is named, and what it should be like, the live one
    unless that is named. Raises Failed."""
    if name not in NAMES:
        raise Failed(f"there is no projection {name!r}; there are {', '.join(NAMES)}")
    mine = [one for one in all_ if one.name == name]
    others = [one for one in mine if one.state != "live"]
    if version is None and not others:
        raise Failed(f"there is no version of {name} but the live one: nothing to compare it with")
    looked_at = others[-1] if version is None else _named(mine, name, version)
    live = next(one for one in mine if one.state == "live")
    wanted = live if against is None else _named(mine, name, against)
    if looked_at == wanted:
        raise Failed(f"{looked_at.view.group} is always like itself: name another version with --against")
    return looked_at, wanted


def _named(all_: Sequence[Version], name: str, version: int) -> Version:
    for one in all_:
        if one.version == version:
            return one
    known = ", ".join(str(one.version) for one in all_)
    raise Failed(f"there is no version {version} of {name}; there are {known}")


async def compare_versions(
    stores: Stores, looked_at: Version, wanted: Version, conversation_id: str | None = None, examples: int = 5
) -> Report:
    """Row by row, within what both hold of the log. Raises Failed, StoreUnavailable, RangeGone."""
    began = time.monotonic()
    scopes = [Scope.parse(one.scope) for one in (looked_at, wanted)]
    only = conversation_id or next((one.conversation_id for one in scopes if one.conversation_id), None)
    partitions = None if only is None else [partition_of(only.encode(), CONVERSATION_EVENTS.partitions)]
    log = EventLog(stores.settings.kafka_bootstrap, partitions)
    starts, ends = await log.starts(), await log.ends()
    records = None
    if only is not None:
        records = await log.read(among([only]), starts, ends)
        if not records:
            raise Failed(f"the log has no conversation {only}")
    slicing = Slicing(1) if only else Slicing.of(sum(ends[one] - starts[one] for one in ends))
    comparison = Comparison(
        log,
        Horizon(stores, log),
        Chosen(slicing, None, only),
        stores.view(wanted),
        stores.view(looked_at),
        Tally(examples),
        within(scopes),
    )
    await comparison.survey()
    with shown_progress(f"{looked_at.view.group} against {wanted.view.group}", len(slicing.chosen)) as progress:
        for number in slicing.chosen:
            await comparison.compare(number, records, starts, ends)
            progress.advance(comparison.tally.equal + comparison.tally.differing)
    return report(
        looked_at.name,
        looked_at.version,
        wanted.view.group,
        comparison.tally,
        digests=(comparison.wanted_digest.hex(), comparison.found_digest.hex()),
        seconds=time.monotonic() - began,
    )


def within(scopes: Sequence[Scope]) -> Within:
    """What versions of a part of the log have in common: rows since a time, where that is said."""
    times = [one.since_ms for one in scopes if one.since_ms is not None]
    if not times:
        return lambda rows: rows
    since_ms = max(times)
    return lambda rows: {key: values for key, values in rows.items() if _at_ms(key, values) >= since_ms}


def _at_ms(key: RowKey, values: Values) -> int:
    """Raises Failed."""
    match key:
        case ("timeline_buckets", int(at_ms), _):
            return at_ms
        case ("timeline" | "receipts", *_):
            return int(values[0])
        case _:
            raise Failed(f"rows of {key[0]} have no time: a version of them since a time cannot be compared")
