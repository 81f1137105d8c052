"""A process whose time of day is shifted while it runs: its sleeps and its monotonic clock stay as they are."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.faults.clocks import Clock

PROGRAM = """
import sys, time
for _ in sys.stdin:
    began = time.monotonic()
    time.sleep(0.05)
    print(time.time(), time.monotonic() - began, flush=True)
"""


class TestClock:
    def test_shifted_ahead_and_back(self, tmp_path: Path) -> None:
        clock = Clock.make(tmp_path)
        if clock is None:
            pytest.skip("no C compiler")
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=clock.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin
            assert process.stdout
            for seconds in (0.0, 3600.5, -3600.5, 0.0):
                clock.shift(seconds)
                process.stdin.write("\n")
                process.stdin.flush()
                said, slept = map(float, process.stdout.readline().split())
                assert abs(said - time.time() - seconds) < 60.0
                assert 0.05 <= slept < 60.0
            process.stdin.close()
