"""A process's own folder for files under way. What processes that are gone left behind goes."""

import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "backchannel-media-"


def own_folder() -> Path:
    """An empty folder that nobody else may enter."""
    temporary = Path(tempfile.gettempdir())
    for left in temporary.glob(f"{PREFIX}*"):
        if not _is_alive(left.name.removeprefix(PREFIX).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)  # it may be another user's, or be going just now
    # By the process: several stacks on one machine have agents of the same name.
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=temporary))


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
