"""The stack that is measured: brought up if it does not answer, and its processes by name."""

import urllib.error
import urllib.request
from urllib.parse import urlsplit

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
        with urllib.request.urlopen(f"{url}/readyz", timeout=READY_TIMEOUT_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
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
