"""`backchannel account …`: the commands about one person. What they do stands in `erasing` and `retrieving`."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="One person: export all about them, erase them, prove that it is so.")

Whom = Annotated[str, typer.Argument(metavar="USER_OR_HANDLE", help="An id, or a handle.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def export(
    whom: Whom,
    *,
    to: Annotated[Path, typer.Option("--to", help="A file that ends in .zip, or a folder; must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Write all about one person: JSON, and the files that they uploaded. What others wrote is not theirs."""
    from infra.operator import retrieving  # noqa: PLC0415  the other commands start without it

    retrieving.export(whom, to, as_json=as_json)


@app.command()
def erase(
    whom: Whom,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase somebody for good, as they would themselves; then look through every store for what is left.

    Ends with 1 if anything is.
    """
    from infra.operator import erasing  # noqa: PLC0415

    erasing.erase(whom, dry_run=dry_run, yes=yes, as_json=as_json)


@app.command("check-erased")
def check_erased(
    user_id: Annotated[str, typer.Argument(metavar="USER_ID", help="Who was erased has no handle any more.")],
    *,
    texts: Annotated[
        list[str] | None, typer.Option("--text", help="A text that was theirs, to be looked for; again for more.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through every store for what is left of somebody who was erased. Ends with 1 if anything is."""
    from infra.operator import erasing  # noqa: PLC0415

    erasing.check(user_id, texts or (), as_json=as_json)
