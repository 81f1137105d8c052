"""What a process that gives way is to the kernel: looked at from inside, in one that was spawned."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from multiprocessing.connection import Connection

import pytest

from infra.operator.rebuilds import yielding

ANSWER_SECONDS = 60.0


def tell(to: Connection) -> None:
    autogroup = yielding.AUTOGROUP.read_text() if yielding.AUTOGROUP.exists() else None
    to.send((os.getsid(0), os.sched_getscheduler(0), autogroup))


@pytest.fixture
def told() -> tuple[int, int, str | None]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=yielding.run, args=(pickle.dumps(tell), theirs))
    process.start()
    assert ours.poll(ANSWER_SECONDS)
    session, policy, autogroup = ours.recv()
    process.join()
    return session, policy, autogroup


def test_last_of_its_session_and_its_session_the_last(told: tuple[int, int, str | None]) -> None:
    session, policy, autogroup = told
    assert session != os.getsid(0)
    assert os.SCHED_IDLE == policy
    if autogroup is None:
        pytest.skip("this kernel shares the processors by priority alone")
    assert autogroup.endswith(f"nice {yielding.LAST}\n")


class TestStepAside:
    """Of a process of its own, for it forks."""

    def test_goes_on_in_a_child_that_gives_way_and_ends_as_it_does(self) -> None:
        group = "yielding.AUTOGROUP.exists() and yielding.AUTOGROUP.read_text()"
        found = aside(f"print(os.getsid(0) == os.getpid(), {group}, end=''); sys.exit(7)")
        out, _ = found.communicate(timeout=ANSWER_SECONDS)
        assert ("True", 7) == (out.split()[0], found.returncode)
        assert not yielding.AUTOGROUP.exists() or out.endswith(f"nice {yielding.ASIDE}\n")

    def test_says_which_signal_ended_it(self) -> None:
        found = aside("os.kill(os.getpid(), signal.SIGSEGV)")
        found.communicate(timeout=ANSWER_SECONDS)
        assert 128 + signal.SIGSEGV == found.returncode

    @pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
    def test_passes_on_what_it_is_told(self, told: signal.Signals) -> None:
        found = aside(
            f"signal.signal({told.value}, lambda *_: (print('told'), sys.exit(3))); print('ready', flush=True);"
            "\nwhile True: signal.pause()"
        )
        assert found.stdout is not None
        assert "ready\n" == found.stdout.readline()
        found.send_signal(told)
        out, _ = found.communicate(timeout=ANSWER_SECONDS)
        assert ("told\n", 3) == (out, found.returncode)

    def test_who_is_killed_takes_its_work_along(self) -> None:
        found = aside("print('ready', flush=True)\nwhile True: signal.pause()")
        assert found.stdout is not None
        assert "ready\n" == found.stdout.readline()
        found.kill()
        found.communicate(timeout=ANSWER_SECONDS)  # the child has let go of the pipe, too

    def test_asks_again_when_the_kernel_was_just_told_by_another(self) -> None:
        """As all users but root are answered once another has told it something within 0.1 s."""
        busy = """
class Busy:
    times = 0
    def write_text(self, text):
        self.times += 1
        if self.times < 3:
            raise BlockingIOError
yielding.AUTOGROUP = Busy()
"""
        out, _ = aside("print(yielding.AUTOGROUP.times)", busy).communicate(timeout=ANSWER_SECONDS)
        assert "3\n" == out


def aside(then: str, first: str = "") -> "subprocess.Popen[str]":
    imports = "import os, signal, sys", "from infra.operator.rebuilds import yielding"
    code = "\n".join([*imports, first, "yielding.step_aside()", then])
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
