"""A gateway of a test's own beside those of the stack, with other settings."""

import os
import socket
import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from infra.local import probes
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.services import GATEWAY_PORTS
from infra.local.settings import HOST
from infra.local.stack import Stack
from infra.local.waiting import wait_until

READY_SECONDS = 60
END_SECONDS = 20


def direct(stack: Stack, gateway: str) -> str:
    """Where one of the stack's gateways takes sockets, past the balancer."""
    return f"ws://{HOST}:{stack.settings.port(GATEWAY_PORTS[gateway])}/v1/socket"


class OwnGateway:
    """A process, from `with` to its end; clients speak to it directly."""

    def __init__(self, stack: Stack, name: str, settings: Mapping[str, str]) -> None:
        self.port = _free_port()
        self.url = f"ws://{HOST}:{self.port}/v1/socket"
        own = {"GATEWAY_NAME": name, "GATEWAY_HOST": HOST, "GATEWAY_PORT": str(self.port), **settings}
        self._environment = {
            **os.environ,
            **stack.environment(),
            **{f"BACKCHANNEL_{key}": value for key, value in own.items()},
        }
        self._log = stack.log(name)

    def __enter__(self) -> Self:
        command = [str(VENV_PYTHON), "-m", "gateway"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=log)
        is_ready = probes.http_at("/readyz")
        wait_until(lambda: is_ready(HOST, self.port), "the gateway", READY_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(END_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
