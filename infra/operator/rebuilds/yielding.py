"""Work that gives way to all who serve people: whoever of them wakes up takes the processor from it.

The kernel shares the processors among sessions first, and only then, within each, by priority (its autogroups, which
Debian and Ubuntu turn on): however low our own is, our terminal has as much of them as all that serves people
together. So we leave it for a session of our own, and put that one last.
"""

import os
import pickle
from contextlib import suppress
from pathlib import Path

LAST = 19
AUTOGROUP = Path("/proc/self/autogroup")


def run(work: bytes, *arguments: object) -> None:
    """The target of a process that is spawned: `work` is a pickled function. Not read before we have given way: what it
    imports costs half a second of a core, which people felt."""
    give_way()
    pickle.loads(work)(*arguments)  # noqa: S301 — from our own parent


def give_way() -> None:
    """For a process that leads no group, once. A kernel without autogroups has nothing to be told."""
    os.setsid()
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):
        AUTOGROUP.write_text(f"{LAST}\n")
