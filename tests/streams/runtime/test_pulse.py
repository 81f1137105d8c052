"""A process that was paused for longer than its session ends itself; one that was paused for less goes on."""

import signal
import subprocess
import sys

import psutil
import pytest

from infra.local.waiting import wait_until
from streams.runtime.pulse import PAUSED_EXIT_CODE

BEATING = """
import sys
from streams.runtime.pulse import Pulse
Pulse(float(sys.argv[1])).start()
print("beating", flush=True)
print(sys.stdin.readline(), flush=True)
"""


@pytest.mark.parametrize(("pause_seconds_max", "code"), [("0.5", PAUSED_EXIT_CODE), ("60", 0)])
def test_paused(pause_seconds_max: str, code: int) -> None:
    command = [sys.executable, "-c", BEATING, pause_seconds_max]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as beating:
        assert beating.stdout is not None
        assert beating.stdout.readline() == b"beating\n"
        beating.send_signal(signal.SIGSTOP)
        seen = psutil.Process(beating.pid)
        wait_until(lambda: seen.status() == psutil.STATUS_STOPPED, "the pause", 10)
        with pytest.raises(subprocess.TimeoutExpired):
            beating.wait(1)
        beating.send_signal(signal.SIGCONT)
        if not code:
            beating.communicate(b"go on\n")
        assert beating.wait(10) == code
