"""The stack that is measured: brought up if it does not answer, and its processes by name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from gateway.settings import GatewaySettings
from infra.local.stack import Stack
from tests.bench.processes import Processes, listener_of

READY_TIMEOUT_SECONDS = 5.0


def ensure_stack(url: str) -> None:
    if is_ready(url):
        return
    stack = Stack(say=print)
    if url == stack.settings.address:
        stack.up()
    if not is_ready(url):
        raise SystemExit(f"{url}/readyz does not answer")


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=READY_TIMEOUT_SECONDS).is_success
    except httpx.TransportError:
        return False


def find_processes(url: str) -> Processes:
    """The parts of the local stack; where another one is measured, whoever listens at its address."""
    stack = Stack()
    if url == stack.settings.address:
        pids = {name: stack.pid(name) for name in stack.names()}
        return Processes({pid: name for name, pid in pids.items() if pid is not None})
    port = urlsplit(url).port or 80
    listener = listener_of(port)
    return Processes({} if listener is None else {listener: f"port-{port}"})


def start_afresh(gateway_url: str, url: str) -> None:
    """Restarts a local stack's gateway: memory that earlier connections left free would hide what new ones take."""
    listener = listener_of(urlsplit(gateway_url).port or 80)
    name = None if listener is None else find_processes(url).roots.get(listener)
    stack = Stack()
    if name in stack.names():
        stack.restart(name)
        stack.wait_ready(name)


@contextmanager
def with_heartbeats(seconds: float, url: str) -> Iterator[None]:
    """A local stack whose gateways ask for a heartbeat every `seconds`: else each silence would be an event."""
    usual = GatewaySettings()
    if seconds <= usual.presence_threshold_seconds / 2:
        yield
        return
    if url != Stack().settings.address:
        raise SystemExit(f"heartbeats every {seconds:g} s: only for a local stack, which is started again for them")
    settings = {"HEARTBEAT_SECONDS": seconds, "PRESENCE_THRESHOLD_SECONDS": 2 * seconds}
    _up({f"BACKCHANNEL_{name}": str(value) for name, value in settings.items()})
    try:
        yield
    finally:
        _up({})


def _up(variables: Mapping[str, str]) -> None:
    Stack(variables=variables, say=print).up()
