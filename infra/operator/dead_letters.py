"""`backchannel dead-letters`: the commands and their options. What they do stands in `letters`."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Records that could not be handled, and were passed over.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Numbers = Annotated[list[int], typer.Argument(metavar="NUMBER…", help="As `dead-letters list` numbers them.")]


@app.command("list")
def list_letters(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were retried or dropped.")] = False,
    as_json: AsJson = False,
) -> None:
    """The open ones: where each stood, who gave up on it, and why."""
    from infra.operator import letters  # noqa: PLC0415  the other commands start without it

    letters.list_letters(everything=everything, as_json=as_json)


@app.command()
def show(number: Annotated[int, typer.Argument(help="As `dead-letters list` numbers it.")]) -> None:
    """One of them whole, with its raw bytes."""
    from infra.operator import letters  # noqa: PLC0415

    letters.show(number)


@app.command()
def retry(numbers: Numbers, *, dry_run: DryRun = False) -> None:
    """Append them to their topics again, each to its partition, once what stopped them is mended.

    A command keeps its `client_id`, so one that took effect after all is answered by its first result.
    """
    from infra.operator import letters  # noqa: PLC0415

    letters.settle(numbers, "retried", is_dry=dry_run)


@app.command()
def drop(numbers: Numbers, *, dry_run: DryRun = False) -> None:
    """Give them up. They stay in the log, and leave the list."""
    from infra.operator import letters  # noqa: PLC0415

    letters.settle(numbers, "dropped", is_dry=dry_run)
