"""Lines in and out: a terminal (prompt_toolkit), or a pipe so that a chat can be scripted."""

import asyncio
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

_LINES_AHEAD_MAX = 100


class Screen(Protocol):
    """What the chat needs of either."""

    is_terminal: bool

    def opened(self) -> AbstractContextManager[None]: ...
    def show(self, text: str) -> None: ...
    def lines(self) -> AsyncGenerator[str, None]: ...


class Terminal:
    """A person at a terminal: what comes in appears above the line that is being typed."""

    is_terminal = True

    def __init__(self, prompt: Callable[[], str], status: Callable[[], str], typed: Callable[[str], None]) -> None:
        # The typed line is erased when it is sent: it comes back with its tick.
        self._session: PromptSession[str] = PromptSession(
            message=prompt, bottom_toolbar=status, erase_when_done=True, refresh_interval=0.5
        )
        self._session.default_buffer.on_text_changed += lambda buffer: typed(buffer.text)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Everything that is printed meanwhile goes above the prompt."""
        with patch_stdout():
            yield

    def show(self, text: str) -> None:
        """A line of output."""
        print(text)  # noqa: T201  the program's output

    async def lines(self) -> AsyncGenerator[str, None]:
        """What is typed, until Ctrl-D or Ctrl-C."""
        while True:
            try:
                yield await self._session.prompt_async()
            except (EOFError, KeyboardInterrupt):
                return


class Pipe:
    """Lines from a pipe or a file. A thread reads them: a pipe's end must not hold up anything else."""

    is_terminal = False

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Nothing to prepare."""
        yield

    def show(self, text: str) -> None:
        """A line of output, at once."""
        print(text, flush=True)  # noqa: T201  the program's output

    async def lines(self) -> AsyncGenerator[str, None]:
        """The lines until the end."""
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[str | None] = asyncio.Queue(_LINES_AHEAD_MAX)
        threading.Thread(target=_read_all, args=(loop, lines), daemon=True).start()
        while (line := await lines.get()) is not None:
            yield line


def _read_all(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]") -> None:
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # a stray byte must not end the reading
    try:
        for line in sys.stdin:
            asyncio.run_coroutine_threadsafe(lines.put(line), loop).result()
        asyncio.run_coroutine_threadsafe(lines.put(None), loop).result()
    except RuntimeError:
        return  # the loop is closed: nobody reads any more
