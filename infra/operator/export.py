"""`backchannel export`: the command and its options. What it does stands in `exports.exporting`."""

from typing import Annotated

import typer


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Topics, or live views: timeline, receipts, inbox, memberships."),
    ] = None,
    *,
    to: Annotated[
        str,
        typer.Option(metavar="DIR|s3://BUCKET/PREFIX", envvar="BACKCHANNEL_EXPORT", help="Where it is, or shall be."),
    ],
    check: Annotated[bool, typer.Option("--check", help="Read what is there, and find damage; add nothing.")] = False,
    accept_gap: Annotated[
        bool, typer.Option("--accept-gap", help="Go on where the log has lost what was not exported in time.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much would be added.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON value.")] = False,
) -> None:
    """Write topics, and the rows of live views, as Parquet. Again: what has come since. Killed: run it again.

    backchannel export conversation.events conversation.commands --to exports

    backchannel export timeline receipts --to s3://backchannel-exports/today
    """
    if bool(names) == check:
        raise typer.BadParameter("name topics or live views, or --check what is there")
    from infra.operator.exports import exporting  # noqa: PLC0415  the other commands start without it

    if check:
        exporting.check(to, as_json=as_json)
    else:
        exporting.export(names or [], to, accept_gap=accept_gap, is_dry=dry_run, as_json=as_json)
