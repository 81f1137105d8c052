"""`backchannel query`: the command and its options. What it does stands in `exports.querying`."""

from typing import Annotated

import typer


def command(
    sql: Annotated[
        str | None, typer.Argument(help='As "SELECT type, count(*) FROM conversation_events GROUP BY 1".')
    ] = None,
    *,
    at: Annotated[
        str, typer.Option("--from", metavar="DIR|s3://BUCKET/PREFIX", envvar="BACKCHANNEL_EXPORT", help="The export.")
    ],
    analysis: Annotated[str | None, typer.Option(help="One of docs/analyses, instead of SQL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, with a line of names.")] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Look only at the sizes of files before they are read: faster.")
    ] = False,
) -> None:
    """Ask an export, with DuckDB's SQL. A topic's table is named with underscores: conversation_events.

    backchannel query --from exports "SHOW TABLES"

    backchannel query --from exports --analysis messages-a-day
    """
    if (sql is None) == (analysis is None):
        raise typer.BadParameter("give SQL, or --analysis NAME")
    if as_json and as_csv:
        raise typer.BadParameter("--json or --csv, not both")
    from infra.operator.exports import analyses, answers, querying  # noqa: PLC0415  the other commands start without it

    text = sql if analysis is None else analyses.sql_of(analysis)
    show = answers.as_json if as_json else answers.as_csv if as_csv else answers.as_table
    querying.query(text or "", at, is_checked=not unchecked, show=show)
