"""`backchannel archive`: the commands and their options. What they do stands in `archiving`, with all that it needs."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Old messages in the object store.")
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON value.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
SegmentIds = Annotated[list[int], typer.Argument(help="As `backchannel archive list` numbers them.")]


@app.command("list")
def list_segments(*, as_json: AsJson = False) -> None:
    """Every segment: its state, its time range, its rows and bytes."""
    from infra.operator import archiving  # noqa: PLC0415  the other commands start without it

    archiving.list_segments(as_json=as_json)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """How far each partition of the log is archived, and how many segments are in which state."""
    from infra.operator import archiving  # noqa: PLC0415

    archiving.status(as_json=as_json)


@app.command()
def run(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="One turn; otherwise turn after turn, until interrupted.")
    ] = False,
    after_days: Annotated[float | None, typer.Option(help="Instead of BACKCHANNEL_ARCHIVE_AFTER_DAYS.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; each has some of the log's partitions.", min=1)] = 1,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Archive what is old, here and now. An agent that runs beside it is not disturbed."""
    from infra.operator import archiving  # noqa: PLC0415

    archiving.run(once=once, after_days=after_days, workers=workers, dry_run=dry_run, as_json=as_json)


@app.command()
def verify(
    segment_ids: Annotated[
        list[int] | None, typer.Argument(help="As `backchannel archive list` numbers them; none: all.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Read segments whole; check their checksums, and the index against them."""
    from infra.operator import archiving  # noqa: PLC0415

    archiving.verify(segment_ids or [], as_json=as_json)


@app.command()
def restore(segment_ids: SegmentIds, *, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Give the rows of segments back to Cassandra. It may be interrupted, and run again."""
    from infra.operator import archiving  # noqa: PLC0415

    archiving.restore(segment_ids, dry_run=dry_run, as_json=as_json)
