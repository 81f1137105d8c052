"""What `backchannel projection switch`, `rollback` and `drop` do.

Before another version goes live every process hears of it (`announced`): who promises to have all of the log waits
for both from then on. Then one transaction. The version before is followed on, so that going back is the same step.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from infra.operator.rebuilds.desk import Desk, alone, checked, desk, run_in_cassandra
from infra.operator.running import Failed, run
from infra.operator.saying import say
from infra.stores import view_tables
from infra.stores.live_views import HEARD_SECONDS
from infra.stores.projections import StateDiffers, Version

CAUGHT_UP_RECORDS = 1_000
"""So few records behind a live log, a version counts as caught up: views fetch in windows."""


def switch(name: str, number: int | None, *, is_forced: bool, dry_run: bool, as_json: bool) -> None:
    checked(name)

    async def work() -> None:
        async with desk() as here, alone(here, name):
            version = await (here.newest_beside(name) if number is None else here.version(name, number))
            await _go_live(here, version, is_forced=is_forced, dry_run=dry_run, as_json=as_json)

    run(work)


def rollback(name: str, *, is_forced: bool, dry_run: bool, as_json: bool) -> None:
    checked(name)

    async def work() -> None:
        async with desk() as here, alone(here, name):
            before = [one for one in await here.projections.all(name) if one.live_until and one.state != "live"]
            if not before:
                raise Failed(f"no other version of {name} was ever live")
            version = max(before, key=lambda one: one.live_until or one.changed_at)
            await _go_live(here, version, is_forced=is_forced, dry_run=dry_run, as_json=as_json)

    run(work)


def drop(name: str, number: int, *, dry_run: bool, as_json: bool) -> None:
    checked(name)

    async def work() -> None:
        async with desk() as here, alone(here, name):
            version = await here.version(name, number)
            _may_go(version)
            if not dry_run:
                if version.state != "dropped":  # else somebody was interrupted, and its tables may be there still
                    await here.projections.move(version, "dropped")
                await asyncio.sleep(HEARD_SECONDS)  # until nobody reads it, and its agent has ended
                await run_in_cassandra(here.settings, view_tables.dropping(version.view))
                if name == "inbox":
                    await here.projections.drop_inbox(number)
            value = {"projection": name, "version": number, "dry_run": dry_run}
            say(value, f"version {number} of {name} {'would be' if dry_run else 'is'} dropped", as_json=as_json)

    run(work)


def _may_go(version: Version) -> None:
    """Raises Failed."""
    what = f"version {version.version} of {version.name}"
    if version.state == "live":  # one that is only announced may go: its switch was interrupted, and is given up
        raise Failed(f"{what} is live: switch to another one first")
    if version.live_until and datetime.now(UTC) - version.live_until < timedelta(seconds=HEARD_SECONDS):
        raise Failed(f"{what} was live a moment ago, and may still be read: try again in {HEARD_SECONDS:.0f} s")


async def _go_live(here: Desk, version: Version, *, is_forced: bool, dry_run: bool, as_json: bool) -> None:
    """Raises Failed."""
    before = await here.live(version.name)
    await _may_be_read(here, version, is_forced=is_forced)
    if not dry_run:
        try:
            if version.state != "announced":
                await here.projections.move(version, "announced")
            await asyncio.sleep(HEARD_SECONDS)
            await here.projections.go_live(await here.version(version.name, version.version))
        except StateDiffers as moved:
            raise Failed(f"nothing is switched: {moved}") from moved
    value = {
        "projection": version.name, "version": version.version, "before": before.version, "dry_run": dry_run,
    }  # fmt: skip
    sentence = f"version {version.version} of {version.name} is read in place of {before.version}"
    if dry_run:
        return say(value, sentence.replace(" is ", " would be "), as_json=as_json)
    return say(value, f"{sentence}; the way back: backchannel projection rollback {version.name}", as_json=as_json)


async def _may_be_read(here: Desk, version: Version, *, is_forced: bool) -> None:
    """Raises Failed."""
    what = f"version {version.version} of {version.name}"
    if version.state == "live":
        raise Failed(f"{what} is live already")
    if version.scope:
        raise Failed(f"{what} holds only a part of the log ({version.scope}): it is there to be compared")
    if version.state == "dropped":
        raise Failed(f"{what} was dropped")
    if version.state == "building":
        raise Failed(f"{what} is half built: `backchannel projection rebuild {version.name}` goes on with it")
    behind = await here.behind(version)
    if behind > CAUGHT_UP_RECORDS and not is_forced:
        raise Failed(f"{what} has not caught up: {behind} records are before it; --force switches all the same")
