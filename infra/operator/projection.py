"""`backchannel projection`: the commands and their options. What they do stands in `rebuilds`, with all it needs."""

from typing import Annotated

import typer

from infra.operator import diff

app = typer.Typer(no_args_is_help=True, help="Views of the log: rebuild one beside the live one, switch, roll back.")
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON value.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="timeline, receipts, inbox or memberships.")]
Number = Annotated[int | None, typer.Argument(metavar="[VERSION]", help="The newest that is not live, unless given.")]


app.command("diff")(diff.command)


@app.command("list")
def list_versions(*, as_json: AsJson = False) -> None:
    """Every view and its versions: which one is read, which follow the log beside it, which are being built."""
    from infra.operator.rebuilds import showing  # noqa: PLC0415  the other commands start without it

    showing.list_versions(as_json=as_json)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of this view only.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """How far each version has folded each partition of the log, and what is still before it."""
    from infra.operator.rebuilds import showing  # noqa: PLC0415  the other commands start without it

    showing.status(name, as_json=as_json)


@app.command()
def rebuild(
    name: Name,
    *,
    since: Annotated[str | None, typer.Option(help="Only from this time on, to try a change: as `log cat`.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only this conversation, to try a change.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the partitions.")] = 2,
    rate: Annotated[float | None, typer.Option(min=1, help="Events a second at most, over all workers.")] = None,
    max_lag: Annotated[int, typer.Option(min=1, help="Slower while a live agent is so many records behind.")] = 1_000,
    max_delay: Annotated[
        float, typer.Option(min=1, help="Slower while commands wait so many ms for their event (p90).")
    ] = 10.0,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for its agent to catch up.")] = 120.0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build the next version of a view from the log, beside the live one, while messages flow.

    Nobody reads it before `switch`. Interrupted or killed, the same command goes on where it was. Nothing but the
    view's own tables is written: no push, no event, nothing that anyone would notice.

    backchannel projection rebuild inbox && backchannel projection diff inbox && backchannel projection switch inbox
    """
    from infra.operator.rebuilds import yielding  # noqa: PLC0415  the other commands start without it

    yielding.step_aside()
    from infra.operator.rebuilds import rebuilding  # noqa: PLC0415  what it imports is to give way, too

    pace = rebuilding.Pace(workers, rate, max_lag, max_delay, wait)
    rebuilding.rebuild(name, rebuilding.scope_of(since, conversation), pace, dry_run=dry_run, as_json=as_json)


@app.command()
def switch(
    name: Name,
    version: Number = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Although it has not caught up.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let everybody read another version, all at once. The one before is followed on: `rollback` goes back to it."""
    from infra.operator.rebuilds import switching  # noqa: PLC0415  the other commands start without it

    switching.switch(name, version, is_forced=force, dry_run=dry_run, as_json=as_json)


@app.command()
def rollback(name: Name, *, force: bool = False, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Let everybody read the version again that was live before."""
    from infra.operator.rebuilds import switching  # noqa: PLC0415  the other commands start without it

    switching.rollback(name, is_forced=force, dry_run=dry_run, as_json=as_json)


@app.command()
def drop(
    name: Name,
    version: Annotated[int, typer.Argument(help="As `backchannel projection list` numbers it.")],
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete a version that is not live, with its tables. Its number is never used again."""
    from infra.operator.rebuilds import switching  # noqa: PLC0415  the other commands start without it

    switching.drop(name, version, dry_run=dry_run, as_json=as_json)
