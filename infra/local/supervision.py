"""One supervisord per stack: started, given its parts, ended; what an earlier one left is ended too."""

import os
import resource
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.processes import Mark, command_of, end, mark_of, read_mark
from infra.local.supervisor_client import KEPT, State, SupervisorClient
from infra.local.supervisor_config import supervisor_config
from infra.local.waiting import wait_until

OPEN_FILES_WANTED = 65_536  # one per socket in a gateway, two in the balancer
START_TIMEOUT_SECONDS = 15.0


class Supervision:
    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._config = folders.config / "supervisord.conf"
        self.client = SupervisorClient(folders.socket)

    def is_up(self) -> bool:
        return self._folders.socket.exists() and self.client.answers()

    def ensure(self, parts: Iterable[Part], environment: Mapping[str, str]) -> None:
        """A supervisord that knows exactly these parts, as they are configured now."""
        self._config.write_text(supervisor_config(self._folders, parts, environment))
        self._config.chmod(0o600)
        if self.is_up():
            self._take_over_changes()
        else:
            self.clean_up()
            self._start_daemon()

    def stop(self, names: Iterable[str], timeout_seconds: float) -> None:
        """End parts side by side and wait for all of them."""
        waiting = [name for name in names if self.client.look_at(name).state in KEPT | {State.STOPPING}]
        for name in waiting:
            if self.client.look_at(name).state in KEPT:
                self.client.stop(name)
        for name in waiting:
            wait_until(lambda name=name: self._is_stopped(name), f"{name} to end", timeout_seconds)  # type: ignore[misc]

    def shut_down(self) -> None:
        mark = self._daemon_mark()
        self.client.shutdown()
        if mark:
            wait_until(lambda: mark_of(mark.pid) != mark, "supervisord to end", START_TIMEOUT_SECONDS)

    def clean_up(self) -> None:
        """End what a supervisord that is gone left running. Call only when none answers."""
        daemon = self._daemon_mark()
        parts = [mark for path in self._folders.run.glob("*.pid") if (mark := read_mark(path))]
        # The daemon first, if it hangs: it would start the others again.
        end([daemon] if daemon else [], patience_seconds=2)
        end(parts, patience_seconds=10)
        for path in (*self._folders.run.glob("*.pid"), self._folders.socket):
            path.unlink(missing_ok=True)

    def _is_stopped(self, name: str) -> bool:
        return self.client.look_at(name).state not in KEPT | {State.STOPPING}

    def _start_daemon(self) -> None:
        _raise_open_files()
        # What parts read from the environment stands in the configuration; nothing else should reach them.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        command = [str(VENV_PYTHON), "-m", "supervisor.supervisord", "-c", str(self._config)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackFault(f"supervisord did not start:\n{done.stdout}{done.stderr}")
        wait_until(self.is_up, "supervisord", START_TIMEOUT_SECONDS)

    def _take_over_changes(self) -> None:
        added, changed, removed = self.client.reload()
        self.stop([*changed, *removed], timeout_seconds=60)
        for name in (*changed, *removed):
            self.client.remove(name)
        for name in (*added, *changed):
            self.client.add(name)

    def _daemon_mark(self) -> Mark | None:
        """The supervisord of the pid file, if that pid is still one with our configuration."""
        path: Path = self._folders.run / "supervisord.pid"
        text = path.read_text().strip() if path.exists() else ""
        if not text.isdigit() or str(self._config) not in command_of(int(text)):
            return None
        return mark_of(int(text))


def _raise_open_files() -> None:
    """Children inherit the limit; most machines start with a soft one of 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
