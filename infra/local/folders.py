"""The folders and files of one stack's state."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# A Unix socket's path has room for 107 bytes, and supervisor first binds it with its pid appended.
SOCKET_PATH_BYTES_MAX = 90


@dataclass(frozen=True, slots=True)
class Folders:
    state: Path

    @property
    def config(self) -> Path:
        return self.state / "etc"

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def run(self) -> Path:
        return self.state / "run"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def mark(self, name: str) -> Path:
        """The pid file that a part's launcher writes."""
        return self.run / f"{name}.pid"

    @property
    def socket(self) -> Path:
        """Supervisor's socket; in a short place of its own where the state folder's path is too long."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
            return path
        name = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"backchannel-{os.getuid()}-{name}" / "supervisor.sock"

    def make(self) -> None:
        for folder in (self.config, self.data, self.logs, self.run, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
        # In a shared temporary folder a stranger could have made it first: the socket commands processes.
        if self.socket.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.socket.parent} belongs to somebody else")
        self.socket.parent.chmod(0o700)
