"""What `backchannel plan` does: prints a plan, with all that it assumes."""

from collections.abc import Sequence

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from infra.operator.capacity import Demand, Line, plan


def show(demand: Demand, *, as_json: bool) -> None:
    made = plan(demand)
    if as_json:
        typer.echo(msgspec.json.encode(made))
        return
    console = Console(highlight=False)
    for title, lines in (("load", made.load), ("machines", made.machines), ("storage", made.storage)):
        console.print(_table(title, lines))
        console.print()
    assumed = ", ".join(f"{name} {value:g}" for name, value in msgspec.structs.asdict(demand).items())
    console.print(f"[bold]assumed[/]   {assumed}")
    console.print("[bold]measured[/]  infra/operator/measured.py, by the bench, a core at a time; nothing here was run")


def _table(title: str, lines: Sequence[Line]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("how", overflow="fold", style="dim")
    for line in lines:
        table.add_row(line.what, f"{_count(line.count)} {line.unit}".strip(), line.why)
    return table


def _count(count: float) -> str:
    return f"{count:,.0f}" if count >= 10 else f"{count:,.3g}"
