"""Processes that are killed, paused, or ended in good order and started again."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from infra.local.processes import Mark, is_alive, mark_of
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from tests.chaos.faults.fault import Fault

BACK_SECONDS = 120.0
STOPPED = "T"


class Killed(Fault):
    """kill -9; its supervisor starts it again. Proof: another process serves in its place."""

    kind = "kill"
    hold_seconds = (0.0, 0.5)

    def __init__(self, stack: Stack, target: str) -> None:
        super().__init__(target)
        self._stack = stack
        self._before: int | None = None

    async def begin(self) -> None:
        self._before = await asyncio.to_thread(self._stack.pid, self.target)
        await asyncio.to_thread(self._stack.kill, self.target, signal.SIGKILL)

    async def heal(self) -> None:
        await asyncio.to_thread(wait_until, self._is_another, f"another {self.target}", BACK_SECONDS)
        await asyncio.to_thread(self._stack.wait_ready, self.target, BACK_SECONDS)
        self.proofs += 1

    def _is_another(self) -> bool:
        return self._stack.pid(self.target) not in {None, self._before}


class Paused(Fault):
    """SIGSTOP for longer than a session lasts, and SIGCONT: whoever wakes up may have been replaced. With children.

    Proof: the kernel says that all of them are stopped."""

    kind = "pause"

    def __init__(self, stack: Stack, target: str, session_seconds: float) -> None:
        super().__init__(target)
        self.hold_seconds = (session_seconds + 1.0, session_seconds + 3.0)
        self._stack = stack
        self._stopped: list[Mark] = []

    async def begin(self) -> None:
        await asyncio.to_thread(self._pause)

    def _pause(self) -> None:
        pid = self._stack.pid(self.target)
        pids = [] if pid is None else [pid, *(one.pid for one in psutil.Process(pid).children(recursive=True))]
        self._stopped = [mark for one in pids if (mark := mark_of(one))]
        for mark in self._stopped:
            with suppress(ProcessLookupError):
                os.kill(mark.pid, signal.SIGSTOP)
        wait_until(lambda: all(_state(mark) in {STOPPED, ""} for mark in self._stopped), "a pause", 5.0)
        self.proofs += any(_state(mark) == STOPPED for mark in self._stopped)

    async def heal(self) -> None:
        for mark in self._stopped:
            if is_alive(mark):
                os.kill(mark.pid, signal.SIGCONT)
        await asyncio.to_thread(self._stack.wait_ready, self.target, BACK_SECONDS)


class Restarted(Fault):
    """Ended in good order and started again. Proof: another process."""

    kind = "restart"
    hold_seconds = (0.0, 0.0)

    def __init__(self, stack: Stack, target: str) -> None:
        super().__init__(target)
        self._stack = stack

    async def begin(self) -> None:
        before = await asyncio.to_thread(self._stack.pid, self.target)
        await asyncio.to_thread(self._stack.restart, self.target)
        self.proofs += before != await asyncio.to_thread(self._stack.pid, self.target)

    async def heal(self) -> None:
        await asyncio.to_thread(self._stack.wait_ready, self.target, BACK_SECONDS)


def _state(mark: Mark) -> str:
    """The kernel's letter for it; empty for a process that is gone."""
    try:
        return Path(f"/proc/{mark.pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
