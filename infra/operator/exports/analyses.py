"""The analyses that come with the house: SQL in `docs/analyses`, a file each, explained in its first lines."""

from pathlib import Path

import typer

from infra.local.places import ROOT

FOLDER = ROOT / "docs" / "analyses"


def sql_of(name: str) -> str:
    """An unknown name is wrong use."""
    there = {path.stem: path for path in sorted(FOLDER.glob("*.sql"))}
    if name not in there:
        raise typer.BadParameter(f"there is no analysis {name!r}; there are {', '.join(there)}")
    return there[name].read_text()


def names() -> list[str]:
    return [path.stem for path in sorted(Path(FOLDER).glob("*.sql"))]
