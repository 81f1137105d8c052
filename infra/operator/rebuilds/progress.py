"""A line that shows how far long work is, how fast it goes, and how long it will take; nothing where nobody looks."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


class Shown:
    def __init__(self, what: str, total: int, *, is_shown: bool = True) -> None:
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(),
        )  # fmt: skip
        console = Console(file=sys.stderr)
        self._progress = Progress(*columns, console=console, disable=not (is_shown and console.is_terminal))
        self._task = self._progress.add_task(what, total=total)

    def reached(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._progress.stop()
