"""A run's result as a table on the screen."""

from rich.console import Console
from rich.table import Column, Table

from tests.chaos.result import Result


def show(one: Result, console: Console) -> None:
    console.print(_faults(one))
    console.print(_checkers(one))
    for example in one.examples:
        console.print(f"  {example}", markup=False, highlight=False, soft_wrap=True)
    for name in one.never_struck:
        console.print(f"[yellow]{name} never struck[/]", highlight=False)
    calls = ", ".join(f"{count:,} {name}" for name, count in one.calls.items())
    came = f"{one.frames:,} frames; {one.connects:,} connects"
    console.print(f"{one.events:,} events; calls: {calls}; {came}", highlight=False)
    for why, count in one.ended.items():
        console.print(f"{count} devices were told not to come back: {why}", highlight=False, markup=False)
    slowest = max(one.flowing_seconds, default=0.0)
    console.print(
        f"after a healing everybody was answered within {slowest:.1f} s, at the end all was everywhere after"
        f" {one.settled_seconds:.1f} s",
        highlight=False,
    )
    colour, word = ("green", "no violation") if one.is_green else ("red", f"{sum(one.violations.values())} violations")
    console.print(f"[{colour}]seed {one.seed}: {word} in {one.seconds:,.0f} s[/]", highlight=False)


def _faults(one: Result) -> Table:
    table = Table("fault", Column("struck", justify="right"), Column("proofs", justify="right"))
    for name, proofs in sorted(one.proofs.items()):
        table.add_row(name, str(one.struck.get(name, 0)), f"{proofs:,}")
    return table


def _checkers(one: Result) -> Table:
    table = Table("checker", Column("violations", justify="right"))
    for name, count in one.violations.items():
        table.add_row(name, f"[red]{count:,}[/]" if count else "0")
    return table
