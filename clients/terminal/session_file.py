"""A device's tokens on disk: one file per server, handle and device, readable by its owner only."""

import os
import re
import tempfile
from pathlib import Path

import msgspec

from clients.python import Credentials


class SessionFile:
    """The file of one device, in the person's own folder or in another one."""

    def __init__(self, url: str, handle: str, device_name: str, *, folder: Path | None = None) -> None:
        server = _plain(url.rpartition("://")[2].rstrip("/"))
        self.path = (folder or config_folder()) / "sessions" / server / f"{_plain(handle)}@{_plain(device_name)}.json"

    def load(self) -> Credentials | None:
        """The tokens, if there are any that can be read."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Credentials)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def save(self, credentials: Credentials) -> None:
        """Replaces the tokens in one step: a refresh token that is half written is a lost session."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent)  # made with mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(credentials))
        Path(name).replace(self.path)

    def forget(self) -> None:
        """Removes the tokens."""
        self.path.unlink(missing_ok=True)


def config_folder() -> Path:
    """The person's own folder for this program (XDG)."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "backchannel"


def _plain(text: str) -> str:
    """A name that is safe as a file's; different texts may meet only if they differ in odd characters."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text).lstrip(".") or "_"
