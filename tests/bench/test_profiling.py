"""Shares of functions from py-spy's stacks, and py-spy itself on a real process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.profiling import FunctionShare, profiling, shares

STACKS = ["main (a.py);run (b.py);decode (c.py) 3", "main (a.py);run (b.py) 1", "main (a.py);main (a.py) 4"]


def test_own_and_total_shares() -> None:
    assert [
        FunctionShare("main (a.py)", 0.5, 1.0),
        FunctionShare("decode (c.py)", 0.375, 0.375),
        FunctionShare("run (b.py)", 0.125, 0.5),
    ] == shares(STACKS)


def test_nothing_sampled() -> None:
    assert shares([]) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="looking into another process takes root on most machines")
@pytest.mark.timeout(60)
def test_a_busy_process(tmp_path: Path) -> None:
    busy = "def spin():\n    while True:\n        pass\nprint('up', flush=True)\nspin()"
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            with profiling({"busy": process.pid}, 1, tmp_path) as profiles:
                pass
        finally:
            process.kill()

    assert profiles[0].process == "busy"
    assert profiles[0].functions[0].function.startswith("spin")
