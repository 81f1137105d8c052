"""Work that gives way to all who serve people: whoever of them wakes up takes the processor from it.

The kernel shares the processors among sessions first, and only then, within each, by priority (its autogroups, which
Debian and Ubuntu turn on): however low our own is, our terminal has as much of them as all that serves people
together. So we leave it for a session of our own, and put that one last, or nearly so.
"""

import ctypes
import os
import pickle
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

LAST, ASIDE = 19, 10
TOLD_TIMES, TOLD_SECONDS = 50, 0.11
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PARENT_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
_KILLED = 128 + signal.SIGKILL
AUTOGROUP = Path("/proc/self/autogroup")


def step_aside() -> None:
    """Go on in a child that has a tenth of what those have who serve people: it watches them, so it is not the last.
    This process only waits for it, passes on that it is to end (SIGINT, SIGTERM, SIGHUP), and ends as the child does.

    For a process of one thread, before it imports much: a second of it at full priority is felt as a rebuild's worst.
    """
    ours = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    child = os.fork()
    if child:
        _stand_for(child)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)  # who is killed takes its work along
    if os.getppid() != ours:
        os._exit(_KILLED)
    _begin_session(ASIDE)


def _stand_for(child: int) -> NoReturn:
    def pass_on(number: int, _: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(ended if ended >= 0 else 128 - ended)


def run(work: bytes, *arguments: object) -> None:
    """The target of a process that is spawned: `work` is a pickled function. Not read before we have given way: what it
    imports costs half a second of a core, which people felt."""
    give_way()
    pickle.loads(work)(*arguments)  # noqa: S301 — from our own parent


def give_way() -> None:
    """For a process that leads no group, once."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    _begin_session(LAST)


def _begin_session(nice: int) -> None:
    """A kernel without autogroups has nothing to be told. One with them lets all users but root tell it something once
    in 0.1 s, together, and then wants to be told again: two workers that begin at once collide."""
    os.setsid()
    for _ in range(TOLD_TIMES):
        try:
            AUTOGROUP.write_text(f"{nice}\n")
        except BlockingIOError:
            time.sleep(TOLD_SECONDS)
        except OSError:
            return
        else:
            return
