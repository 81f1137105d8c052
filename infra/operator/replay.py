"""`backchannel replay`: the command and its options. What it does stands in `replaying`."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    sources: Annotated[
        list[str], typer.Argument(metavar="TOPIC|FILE…", help="A topic of the log, or Parquet files of an export.")
    ],
    *,
    to: Annotated[str, typer.Option(metavar="TOPIC", help="None of the house's own; made if it is not there.")],
    partition: Annotated[int | None, typer.Option(min=0, help="Only this partition.")] = None,
    from_offset: Annotated[int | None, typer.Option(min=0, help="From this offset; with --partition.")] = None,
    to_offset: Annotated[int | None, typer.Option(min=0, help="To before this offset; with --partition.")] = None,
    since: Annotated[
        str | None, typer.Option(help="From this time: 2026-11-29T15:00:00Z, a day, or 10m, 2h, 7d ago.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="To before this time.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many at most.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many would be copied.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON value.")] = False,
) -> None:
    """Copy old records into a topic of your own, to try a new projection on them.

    Keys, values, headers, partitions and times stay; where each record stood is in its headers `replay_…`. Run again,
    it goes on after the last one that it has copied.

    backchannel replay conversation.events --since 7d --to trial.events

    backchannel replay exports/topic=conversation.events/date=2026-11-29/*.parquet --to trial.events
    """
    from infra.operator import replay_sources, replaying  # noqa: PLC0415  the other commands start without it

    wanted = replaying.wanted(partition, from_offset, to_offset, since, until)
    files = [Path(one) for one in sources if one.endswith(".parquet")]
    if len(files) not in (0, len(sources)) or (not files and len(sources) > 1):
        raise typer.BadParameter("name one topic, or Parquet files")
    source = replay_sources.OfFiles(files) if files else replay_sources.OfTopic(sources[0])
    replaying.replay(source, to, wanted, limit=limit, is_dry=dry_run, as_json=as_json)
