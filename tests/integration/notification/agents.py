"""The stack's notification agents, replaced by a process of the test's own."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from infra.local import probes
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.services import services
from infra.local.settings import HOST
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from tests.streams.notification.sending.conftest import free_port

NAME = "notification"
READY_SECONDS = 60.0


class Agents:
    """They are started again by `start`; a process of one's own is ended by whoever has it."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        (self._part,) = [one for one in services(stack.settings) if one.name == NAME]

    def fail_at(self, fault: str) -> "subprocess.Popen[bytes]":
        """In place of the stack's own; ready when it returns."""
        return self.set_to({"BACKCHANNEL_FAULT": fault})

    def set_to(self, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """In place of the stack's own, with these settings; ready when it returns."""
        self.stop()
        return self._run(settings, self._part.is_ready)

    def join(self) -> "subprocess.Popen[bytes]":
        """Beside the stack's own, which shares its partitions; ready when it returns."""
        port = free_port()
        own = {"BACKCHANNEL_INSTANCE": "notification-2", "BACKCHANNEL_HEALTH_PORT": str(port)}
        return self._run(own, lambda: probes.http_at("/readyz")(HOST, port))

    def stop(self) -> None:
        self._stack.stop(NAME)

    def _run(self, more: Mapping[str, str], is_ready: Callable[[], bool]) -> "subprocess.Popen[bytes]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        environment = {**clean, **self._stack.environment(), **self._part.environment, **more}
        with (self._folder / "notification.log").open("wb") as log:
            process = subprocess.Popen(
                [str(VENV_PYTHON), *self._part.command[1:]],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: is_ready() or process.poll() is not None, "the agents", READY_SECONDS)
        return process

    def start(self) -> None:
        self._stack.start(NAME)
        self._stack.wait_ready(NAME, READY_SECONDS)
