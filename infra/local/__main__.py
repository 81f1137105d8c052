"""The local stack's command line: `python -m infra.local up | down | status | logs | restart | reset`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from infra.local.faults import StackFault
from infra.local.places import ROOT
from infra.local.settings import DEMO_PASSWORD
from infra.local.stack import PartStatus, Stack

app = typer.Typer(no_args_is_help=True, add_completion=False)
console = Console()


@app.command()
def up(*, stores_only: Annotated[bool, typer.Option(help="Only the five stores.")] = False) -> None:
    """Start what does not run, wait until all of it serves, and say where it is."""
    stack = Stack(variables=_own_variables(), say=lambda text: console.print(text, highlight=False))
    if stores_only:
        stack.start_stores()
    else:
        stack.up()
    console.print(_table(stack.status()))
    if not stores_only:
        _say_what_next(stack)


@app.command()
def down() -> None:
    """End everything; the data stays."""
    Stack().down()
    console.print("Everything is down; the data stays. `make reset` deletes it.")


@app.command()
def status() -> None:
    """Show every part; the exit code is 1 if one of them is not well."""
    parts = Stack().status()
    console.print(_table(parts))
    if not all(part.is_ready for part in parts):
        raise typer.Exit(1)


@app.command()
def logs(service: Annotated[str, typer.Argument(help="One part; all, if left out.")] = "") -> None:
    """Follow the logs."""
    stack = Stack()
    if service and service not in stack.names():
        raise StackFault(f"there is no part {service}: " + ", ".join(stack.names()))
    paths = [stack.log(name) for name in ([service] if service else stack.names())]
    there = [str(path) for path in paths if path.exists()]
    if not there:
        raise StackFault("there is no log yet: `make up` starts the stack")
    os.execvp("tail", ["tail", "-n", "100" if service else "10", "-F", *there])  # noqa: S606  a shell has no part in it


@app.command()
def restart(names: list[str]) -> None:
    """End parts in good order, start them again and wait until they serve."""
    stack = Stack()
    for name in names:
        stack.restart(name)
    for name in names:
        console.print(f"{name} is ready after {stack.wait_ready(name):.1f} s", highlight=False)


@app.command()
def reset() -> None:
    """End everything and delete the data."""
    Stack().reset()
    console.print("Everything is down, the data is deleted.")


def _own_variables() -> dict[str, str]:
    """Settings of the project's processes that the user has set; the stack's own addresses win over them."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("BACKCHANNEL_") and not name.startswith("BACKCHANNEL_LOCAL_")
    }


def _table(parts: list[PartStatus]) -> Table:
    table = Table("part", "pid", "address", "state", Column("log", overflow="fold"))
    for part in parts:
        colour = "green" if part.is_ready else "red"
        table.add_row(part.name, str(part.pid or "-"), part.address, f"[{colour}]{part.state}[/]", _short(part.log))
    return table


def _say_what_next(stack: Stack) -> None:
    settings = stack.settings
    lines = [f"\nBackchannel is at [bold]{settings.address}[/]. What next:"]
    if settings.demo:
        lines += [
            f"  open it and sign in as [bold]alice[/], password [bold]{DEMO_PASSWORD}[/]; or as bob, carol, dave, erin",
            "  write to [bold]echo[/], who answers: `help` says what it can do",
            "  make demo-load N=200   a crowd that talks, until Ctrl-C",
        ]
    lines += [
        f"  {settings.chat_command('alice')}   in one terminal",
        f"  {settings.chat_command('bob')}     in another: they can write to each other",
        "  make logs, make status, make down",
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def main() -> None:
    try:
        app()
    except (StackFault, FileNotFoundError) as fault:
        Console(stderr=True, style="red").print(str(fault), markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
