"""Agents in several processes: two more join, take partitions over, and leave, one in good order, one by kill -9."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from functools import partial

from infra.local import probes
from infra.local.parts import Part
from infra.local.places import ROOT
from infra.local.processes import listener_of
from infra.local.settings import HOST
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from tests.chaos.faults.fault import Fault

MORE = 2
READY_SECONDS = 60.0
END_SECONDS = 30.0
PORT_STEP = 50  # from a part's own port to those of its helpers: nothing of the stack is there


class Scaled(Fault):
    """Proof: both said that they had their share of the partitions."""

    kind = "scale"
    hold_seconds = (1.0, 5.0)

    def __init__(self, stack: Stack, part: Part) -> None:
        super().__init__(part.name)
        self._stack = stack
        self._part = part
        self._running: list[subprocess.Popen[bytes]] = []

    async def begin(self) -> None:
        self._running = [self._start(number) for number in range(1, MORE + 1)]
        is_ready = probes.http_at("/readyz")
        for number in range(1, MORE + 1):
            await asyncio.to_thread(wait_until, partial(is_ready, HOST, self._port(number)), self.name, READY_SECONDS)
            self.proofs += 1

    async def heal(self) -> None:
        for number, process in zip((signal.SIGTERM, signal.SIGKILL), self._running, strict=True):
            process.send_signal(number)
        for process in self._running:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, END_SECONDS)
            process.kill()
            process.wait()
        self._running = []
        await asyncio.to_thread(self._stack.wait_ready, self.target, READY_SECONDS)

    def _port(self, number: int) -> int:
        return self._part.port + PORT_STEP + number

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        assert listener_of(self._port(number)) is None
        own = {
            "BACKCHANNEL_INSTANCE": f"{self.target}-{number + 1}",
            "BACKCHANNEL_HEALTH_PORT": str(self._port(number)),
            "BACKCHANNEL_LAST_WORDS": str(self._stack.log(f"{self.target}-{number + 1}").with_suffix(".end")),
        }
        environment = {**clean, **self._stack.environment(), **self._part.environment, **own}
        with self._stack.log(f"{self.target}-{number + 1}").open("a") as log:
            return subprocess.Popen(
                self._part.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
