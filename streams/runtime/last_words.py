"""Why a process of agents ended, for the next one to tell: by then nobody can ask the one that is gone."""

from contextlib import suppress
from pathlib import Path

_path: Path | None = None


def keep_at(path: Path | None) -> str | None:
    """From now on last words are kept there; those of the process before, which are taken away. None: it said none."""
    global _path  # noqa: PLW0603 — of the process, whose end it is, like the faults
    _path = path
    if path is None or not path.exists():
        return None
    cause = path.read_text()
    path.unlink()
    return cause


def say(cause: str) -> None:
    """The process is about to end for this cause. Called from any thread; never in its way."""
    if _path is not None:
        with suppress(OSError):
            _path.write_text(cause)
