"""What `backchannel account erase` and `check-erased` do: ask as the API does, wait for it, look for what is left."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import typer
from msgspec import Struct, json
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.operator import erased, traces
from infra.operator.erased import Check
from infra.operator.looking import RECORDS_AT_ONCE, Looked, Stores, find, progress, stores
from infra.operator.running import FAILED, Failed, run
from infra.operator.traces import Traces
from infra.stores.forgetting import FORGET_SECONDS
from infra.stores.log import Appender
from infra.stores.personal_data import Someone
from schemas.codec import Undecodable, decode_event
from schemas.events import MessageEdited, MessageSent
from schemas.sealing import SealBroken
from schemas.times import timestamp
from schemas.topics import ACCOUNT_EVENTS, CONVERSATION_EVENTS

DONE_SECONDS = 60.0
LOOK_SECONDS = 0.2
SOURCE = "operator"


class Copy(Struct, frozen=True):
    """An export that was made before: out of our reach."""

    place: str
    what: str
    made_at: str


class Report(Struct, frozen=True):
    """`texts`: how many texts of theirs were looked for; `too_short`: how many tell nothing."""

    user_id: str
    is_clean: bool
    texts: int
    too_short: int
    checks: tuple[Check, ...]
    exports: tuple[Copy, ...]


class Plan(Struct, frozen=True):
    """What an erasure would take away."""

    user_id: str
    handle: str | None
    messages: int
    files: int
    groups: int
    rows: dict[str, int]
    exports: tuple[Copy, ...]


def erase(whom: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    async def work() -> None:
        async with stores() as use:
            someone = await find(use, whom)
            if not dry_run and not yes and not sys.stdin.isatty():
                raise typer.BadParameter("nobody can be asked here: --yes says that it is meant")
            if someone.erased_at is not None:
                raise Failed(f"{someone.user_id} is erased already: `account check-erased` looks for what is left")
            with progress() as looked:
                texts = await _texts(use, someone.user_id, looked)
            if dry_run:
                _show_plan(await _plan(use, someone, len(texts)), as_json=as_json)
                return
            _confirm(someone, yes=yes)
            wanted = await _traces(use, someone, texts)
            await _carry_out(use, someone.user_id)
            _end(await _report(use, someone.user_id, wanted), as_json=as_json)

    run(work)


def check(user_id: str, texts: Sequence[str], *, as_json: bool) -> None:
    async def work() -> None:
        async with stores() as use:
            someone = await find(use, user_id)
            if someone.erased_at is None:
                raise Failed(f"{user_id} is not erased")
            _end(await _report(use, someone.user_id, traces.traces(texts, ())), as_json=as_json)

    run(work)


async def _texts(use: Stores, user_id: str, looked: Looked) -> list[str]:
    """What they wrote, as the log knows it."""
    found = []
    key = (await use.keys.load([user_id]))[user_id]
    name = user_id.encode()
    for number, record in enumerate(use.log.read(use.log.spans(CONVERSATION_EVENTS)), 1):
        if number % RECORDS_AT_ONCE == 0:
            looked("what they wrote", RECORDS_AT_ONCE)
        if key is None or name not in record.value:
            continue
        try:
            event = decode_event(record.value)
            if isinstance(event, MessageSent | MessageEdited) and event.actor_id == user_id:
                plain = key.open(
                    event.body, conversation_id=event.conversation_id, sender_id=user_id, client_id=event.client_id
                )
                body = json.decode(plain)
                found.append(body.get("text") or body.get("caption") or "")
        except (Undecodable, SealBroken):
            continue
    return found


async def _traces(use: Stores, someone: Someone, texts: Sequence[str]) -> Traces:
    names = [name for name in (someone.handle, someone.display_name) if name]
    telling = [name for name in names if not await use.people.is_name_of_others(someone.user_id, name)]
    return traces.traces(telling, filter(None, texts))


async def _carry_out(use: Stores, user_id: str) -> None:
    """Ask, and wait until the agent has done it all. Raises Failed."""
    appender = Appender(use.settings.kafka_bootstrap, SOURCE, {"log_level": 0})  # what goes wrong is raised
    await appender.warm_up(ACCOUNT_EVENTS.name)
    if (asked := await use.erasures.ask(user_id)) is None:
        raise Failed(f"{user_id} was erased by somebody else meanwhile")
    await use.erasures.announce(appender, asked, SOURCE)  # else the API does it later
    await _until(lambda: use.erasures.is_cleared(user_id))
    await asyncio.sleep(2 * FORGET_SECONDS)

    async def is_done() -> bool:
        files, groups = await use.media.of_nobody_else(user_id), await use.erasures.groups(user_id)
        return not files and not groups and not await use.people.left(user_id)

    await _until(is_done)


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + DONE_SECONDS
    while not await is_so():
        if time.monotonic() > deadline:
            raise Failed(
                f"it is asked for, but not done after {DONE_SECONDS:.0f} s: does the agent `erasure` run?"
                " It goes on when it does; `account check-erased` tells then"
            )
        await asyncio.sleep(LOOK_SECONDS)


async def _report(use: Stores, user_id: str, wanted: Traces) -> Report:
    with progress() as looked:
        found = [one async for one in erased.checks(use, user_id, wanted, looked)]
    return Report(
        user_id=user_id,
        is_clean=not any(one.left for one in found),
        texts=wanted.count,
        too_short=wanted.left_out,
        checks=tuple(found),
        exports=await _copies(use, user_id),
    )


async def _copies(use: Stores, user_id: str) -> tuple[Copy, ...]:
    exports = await use.exports.concerning(user_id)
    return tuple(Copy(one.place, one.what, timestamp(round(one.made_at.timestamp() * 1000))) for one in exports)


async def _plan(use: Stores, someone: Someone, messages: int) -> Plan:
    rows = await use.people.left(someone.user_id)
    return Plan(
        user_id=someone.user_id,
        handle=someone.handle,
        messages=messages,
        files=len(await use.media.of_nobody_else(someone.user_id)),
        groups=len(await use.erasures.groups(someone.user_id)),
        rows={what: count for what, count in rows.items() if "not erased" not in what},
        exports=await _copies(use, someone.user_id),
    )


def _confirm(someone: Someone, *, yes: bool) -> None:
    if not yes:
        typer.confirm(f"Erase {someone.handle} ({someone.user_id}) for good?", abort=True)


def _show_plan(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.encode(plan))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{plan.handle} ({plan.user_id}) would be erased:")
    console.print(f"  {plan.messages:,} messages and edits would be unreadable everywhere")
    console.print(f"  {plan.files:,} files would be deleted, {plan.groups:,} groups left")
    for what, count in plan.rows.items():
        console.print(f"  {what}: {count}")
    _show_copies(plan.exports, console)


def _end(report: Report, *, as_json: bool) -> None:
    """Show the report. Raises Exit."""
    if as_json:
        typer.echo(json.encode(report))
    else:
        _show(report, Console(highlight=False))
    if not report.is_clean:
        raise typer.Exit(FAILED)


def _show(report: Report, console: Console) -> None:
    console.print(f"{report.user_id} is erased. {report.texts} texts of theirs were looked for", end="")
    console.print(f"; {report.too_short} are too short to tell anything\n" if report.too_short else "\n")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("where", "looked at", "left"):
        table.add_column(column, overflow="fold")
    for one in report.checks:
        left = "\n".join(f"[bold red]{escape(what)}[/]" for what in one.left)
        table.add_row(one.place, one.looked_at, left or "nothing")
    console.print(table)
    _show_copies(report.exports, console)


def _show_copies(copies: Sequence[Copy], console: Console) -> None:
    if copies:
        console.print("\nexports made before, which we do not reach:")
    for one in copies:
        console.print(f"  {one.made_at}  {one.place}  {one.what}", markup=False)
