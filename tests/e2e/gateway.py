"""A gateway, or an API process, of a test's own beside those of the stack, with other settings."""

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


class OwnProcess:
    """A process of one of our modules, from `with` to its end; `settings` are its variables without their prefix."""

    def __init__(self, stack: Stack, module: str, name: str, settings: Mapping[str, str]) -> None:
        self.port = _free_port()
        own = {f"{module.upper()}_NAME": name, f"{module.upper()}_HOST": HOST, f"{module.upper()}_PORT": str(self.port)}
        self._environment = {
            **os.environ,
            **stack.environment(),
            **{f"BACKCHANNEL_{key}": value for key, value in {**own, **settings}.items()},
        }
        self._module = module
        self._log = stack.log(name)

    def __enter__(self) -> Self:
        command = [str(VENV_PYTHON), "-m", self._module]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=log)
        is_ready = probes.http_at("/readyz")
        wait_until(lambda: is_ready(HOST, self.port), f"the {self._module}", READY_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(END_SECONDS)


class OwnGateway(OwnProcess):
    """Clients speak to it directly, at `url`."""

    def __init__(self, stack: Stack, name: str, settings: Mapping[str, str]) -> None:
        super().__init__(stack, "gateway", name, settings)
        self.url = f"ws://{HOST}:{self.port}/v1/socket"


class OwnApi(OwnProcess):
    """The API, past the balancer, at `url`."""

    def __init__(self, stack: Stack, name: str, settings: Mapping[str, str]) -> None:
        super().__init__(stack, "api", name, settings)
        self.url = f"http://{HOST}:{self.port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
