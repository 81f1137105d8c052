"""Fault points end or pause a real process, at the passage asked for."""

import signal
import subprocess
import sys

import psutil
import pytest

from infra.local.waiting import wait_until

PASSING = """
from streams.runtime.faults import fault_point
for number in range(4):
    fault_point('elsewhere')
    fault_point('here')
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("fault", "passed", "code"),
    [
        ("", 4, 0),
        ("nowhere:kill", 4, 0),
        ("here:kill", 0, -signal.SIGKILL),
        ("here:kill:3", 2, -signal.SIGKILL),
    ],
)
def test_ends_the_process_there(fault: str, passed: int, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PASSING], env={"BACKCHANNEL_FAULT": fault}, capture_output=True, check=False
    )
    assert (len(done.stdout.split()), done.returncode) == (passed, code)


def test_pauses_the_process_there() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PASSING], env={"BACKCHANNEL_FAULT": "here:stop:2"}, stdout=subprocess.PIPE
    ) as passing:
        assert passing.stdout is not None
        assert passing.stdout.readline() == b"0\n"
        paused = psutil.Process(passing.pid)
        wait_until(lambda: paused.status() == psutil.STATUS_STOPPED, "the pause", 10)
        passing.send_signal(signal.SIGCONT)
        assert passing.stdout.read() == b"1\n2\n3\n"
