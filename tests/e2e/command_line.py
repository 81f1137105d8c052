"""The command line `backchannel` beside the system under test, as another process."""

import os
import subprocess
import sys
from collections.abc import Callable

from infra.local.places import ROOT
from infra.local.stack import Stack

Finished = subprocess.CompletedProcess[str]
Run = Callable[..., Finished]
FILE_BLOCKS_MAX = 1_024  # of a kibibyte each


def command_line(system: Stack, **variables: str) -> Run:
    """Runs it with these arguments, and with variables of the environment besides the system's own."""

    def run(*arguments: str) -> Finished:
        return finished([sys.executable, "-m", "infra.operator", *arguments], system, variables)

    return run


def on_a_full_disk(system: Stack) -> Run:
    """The same where no file can grow beyond a mebibyte."""

    def run(*arguments: str) -> Finished:
        command = [sys.executable, "-m", "infra.operator", *arguments]
        return finished(["bash", "-c", f'ulimit -f {FILE_BLOCKS_MAX}; exec "$@"', "-", *command], system, {})

    return run


def finished(command: list[str], system: Stack, variables: dict[str, str]) -> Finished:
    environment = {**os.environ, **system.environment(), "COLUMNS": "200", **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def done(run: Finished) -> str:
    """What it printed; all went well."""
    assert (0, "") == (run.returncode, run.stderr)
    return run.stdout


def fault(run: Finished) -> str:
    """The sentence with which it ended."""
    assert 1 == run.returncode, run
    assert "Traceback" not in run.stderr
    return run.stderr
