"""How far a proof is, on a terminal: its part done, rows a second, the time that is left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Shown:
    def __init__(self, progress: Progress, what: str, steps: int) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=steps, rate="")
        self._began = time.monotonic()

    def advance(self, rows: int) -> None:
        """One step further, with so many rows since the beginning."""
        rate = rows / max(0.001, time.monotonic() - self._began)
        self._progress.update(self._task, advance=1, rate=f"{rows:,} rows, {rate:,.0f} a second")


@contextmanager
def shown_progress(what: str, steps: int) -> Iterator[Shown]:
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield Shown(progress, what, steps)
