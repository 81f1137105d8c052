"""What `backchannel verify` does: compares the live versions of views with what the log says."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import typer

from infra.operator.proof.comparing import Chosen, Comparison
from infra.operator.proof.differing import Tally
from infra.operator.proof.expected import EXPECTED
from infra.operator.proof.horizon import Horizon
from infra.operator.proof.log import EventLog, Records
from infra.operator.proof.progress import shown_progress
from infra.operator.proof.repairing import repair_of
from infra.operator.proof.report import Report, end, report, show
from infra.operator.proof.rows import Rows
from infra.operator.proof.scratch import Scratch, scratch
from infra.operator.proof.settling import Fold
from infra.operator.proof.slices import Slicing
from infra.operator.proof.stored import Stores, connected
from infra.operator.running import Failed, run
from infra.stores.log_reading import RangeGone
from infra.stores.projections import NAMES, Version
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.partitioning import partition_of
from schemas.topics import CONVERSATION_EVENTS


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be verified; `partition`: one of the log's, `sample`: which share of the conversations."""

    names: Sequence[str] = NAMES
    partition: int | None = None
    conversation_id: str | None = None
    sample: float = 1.0
    repairs: bool = False
    examples: int = 5


def verify(wish: Wish, *, as_json: bool) -> None:
    """Ends with 3 if a view does not agree with the log, or cannot be repaired."""

    async def work() -> list[Report]:
        try:
            async with connected(StoreSettings(), ObjectSettings()) as stores:
                return await verify_views(stores, wish)
        except RangeGone as fault:
            raise Failed(str(fault)) from fault

    reports = run(work)
    show(reports, as_json=as_json)
    for one in reports:
        if wish.repairs and one.differing:
            left = f"{one.view}-{one.version}: what is left is not mended in place"
            typer.echo(f"{left}: backchannel projection rebuild {one.view}", err=True)
    end(reports)


async def verify_views(stores: Stores, wish: Wish) -> list[Report]:
    """Raises Failed, StoreUnavailable, RangeGone."""
    log = EventLog(stores.settings.kafka_bootstrap, _partitions(wish))
    starts, ends = await log.starts(), await log.ends()
    records = sum(ends[one] - starts[one] for one in ends)
    slicing = Slicing.of(records, wish.sample) if wish.conversation_id is None else Slicing(1)
    chosen = Chosen(slicing, _partitions(wish), wish.conversation_id)
    live = [one for one in await stores.projections.all() if one.state == "live" and one.name in wish.names]
    async with AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(scratch(stores)) if "inbox" in wish.names else None
        made = _Making(stores, log, chosen, inbox, wish)
        comparisons = [made.comparison(one) for one in live]
        await comparisons[0].horizon.reached(live)
        return await _verify(comparisons, starts)


@dataclass(frozen=True, slots=True)
class _Making:
    stores: Stores
    log: EventLog
    chosen: Chosen
    inbox: Scratch | None
    wish: Wish

    def comparison(self, live: Version) -> Comparison:
        return Comparison(
            self.log,
            Horizon(self.stores, self.log),
            self.chosen,
            self.inbox.fold if live.name == "inbox" and self.inbox else _pure(live.name),
            self.stores.view(live),
            Tally(self.wish.examples),
            repair=repair_of(self.stores, self.log, live, self.inbox) if self.wish.repairs else None,
        )


async def _verify(comparisons: Sequence[Comparison], starts: Mapping[int, int]) -> list[Report]:
    log, chosen = comparisons[0].log, comparisons[0].chosen
    seconds = [0.0 for _ in comparisons]
    for at, one in enumerate(comparisons):
        began = time.monotonic()
        await one.survey()
        seconds[at] += time.monotonic() - began
    with shown_progress("verify", len(chosen.slicing.chosen) * len(comparisons)) as progress:
        for number in chosen.slicing.chosen:
            known = await log.ends()
            records = await log.read(lambda key, number=number: chosen.wants(key, number), starts, known)  # type: ignore[misc]  # bound at once
            if chosen.conversation_id is not None and not records:
                raise Failed(f"the log has no conversation {chosen.conversation_id}")
            for at, one in enumerate(comparisons):
                began = time.monotonic()
                await one.compare(number, records, starts, known)
                seconds[at] += time.monotonic() - began
                progress.advance(sum(each.tally.equal + each.tally.differing for each in comparisons))
    return [_report(one, took) for one, took in zip(comparisons, seconds, strict=True)]


def _partitions(wish: Wish) -> Sequence[int] | None:
    """Of the log; None: all."""
    if wish.conversation_id is not None:
        return [partition_of(wish.conversation_id.encode(), CONVERSATION_EVENTS.partitions)]
    return None if wish.partition is None else [wish.partition]


def _pure(name: str) -> Fold:
    expect = EXPECTED[name]

    async def fold(records: Records) -> Mapping[str, Rows]:
        return {id_: expect(id_, some) for id_, some in records.items()}

    return fold


def _report(one: Comparison, seconds: float) -> Report:
    version = one.found.version
    digests = (one.wanted_digest.hex(), one.found_digest.hex())
    return report(version.name, version.version, "log", one.tally, digests=digests, seconds=seconds)
