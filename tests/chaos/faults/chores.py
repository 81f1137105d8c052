"""What operators do in the middle of it all: they archive, and are interrupted half the time."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from random import Random

from infra.local.faults import StackFault
from infra.local.places import ROOT
from infra.local.stack import Stack
from tests.chaos.faults.fault import Fault

AFTER_DAYS = "0.0001"  # 9 seconds
END_SECONDS = 60.0


class Archived(Fault):
    """One turn of the archive's, of nearly all there is. Proof: it ended well, or was killed in the middle."""

    kind = "archive"
    hold_seconds = (2.0, 8.0)

    def __init__(self, stack: Stack, random: Random) -> None:
        super().__init__("timeline")
        self._stack = stack
        self._random = random
        self._process: subprocess.Popen[bytes] | None = None

    async def begin(self) -> None:
        command = [sys.executable, "-m", "infra.operator", "archive", "run", "--once", "--after-days", AFTER_DAYS]
        environment = {**os.environ, **self._stack.environment()}
        with self._stack.log("archive-by-hand").open("a") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def heal(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        is_killed = self._random.random() < 0.5 and process.poll() is None
        if is_killed:
            process.kill()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, END_SECONDS)
        process.kill()
        if not is_killed and process.wait():
            raise StackFault(f"the archive's turn ended with {process.returncode}: see its log")
        self.proofs += 1
