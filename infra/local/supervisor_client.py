"""Supervisor's XML-RPC over its Unix socket."""

import http.client
import socket
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 10.0
BAD_NAME = 10  # supervisor's fault for a process that its configuration does not have


class State(IntEnum):
    """Supervisor's states of a process."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000


# In these supervisor has a process, or will start one by itself.
KEPT = frozenset({State.STARTING, State.RUNNING, State.BACKOFF, State.EXITED})


@dataclass(frozen=True, slots=True)
class Kept:
    """What supervisor knows about a part."""

    state: State
    pid: int | None


class SupervisorClient:
    """One connection per call: calls are few, and supervisord may be another one the next time."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path

    def answers(self) -> bool:
        try:
            self._call("getState")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False
        return True

    def look_at(self, name: str) -> Kept:
        """A part that it has never heard of, for it came with newer code than what runs, is stopped."""
        try:
            info = self._call("getProcessInfo", name)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != BAD_NAME:
                raise
            return Kept(State.STOPPED, None)
        return Kept(State(info["state"]), info["pid"] or None)

    def start(self, name: str) -> None:
        self._call("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Asks it to end, and returns at once."""
        self._call("stopProcess", name, False)

    def shutdown(self) -> None:
        self._call("shutdown")

    def reload(self) -> tuple[list[str], list[str], list[str]]:
        """Read the configuration again: names that are new, changed, gone. Nothing is started or ended."""
        [(added, changed, removed)] = self._call("reloadConfig")
        return added, changed, removed

    def add(self, name: str) -> None:
        self._call("addProcessGroup", name)

    def remove(self, name: str) -> None:
        self._call("removeProcessGroup", name)

    def _call(self, method: str, *arguments: str | bool) -> Any:
        with self._proxy() as proxy:
            return getattr(proxy.supervisor, method)(*arguments)

    @contextmanager
    def _proxy(self) -> Iterator[xmlrpc.client.ServerProxy]:
        with xmlrpc.client.ServerProxy("http://supervisor/RPC2", transport=_UnixTransport(self._path)) as proxy:
            yield proxy


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        self._connection = (host, connection)  # where the transport's close() looks for it
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.close()  # nobody listens yet: the socket must not be left to the garbage collector
            raise
