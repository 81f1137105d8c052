"""Processes of this machine, from /proc: who is alive, who listens where; ending what a crash left."""

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LISTENING = "0A"  # a state of /proc/net/tcp
STAT_STATE, STAT_STARTED = 0, 19  # positions after the command's name


@dataclass(frozen=True, slots=True)
class Mark:
    """A process for good: pids are used again, pid and time of start together are not."""

    pid: int
    started_ticks: int


def read_mark(path: Path) -> Mark | None:
    """What the launcher wrote; None for no file or a torn one."""
    try:
        pid, started = path.read_text().split()
        return Mark(int(pid), int(started))
    except (FileNotFoundError, ValueError):
        return None


def is_alive(mark: Mark) -> bool:
    return mark_of(mark.pid) == mark


def mark_of(pid: int) -> Mark | None:
    """None when there is no such process; a zombie is none."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[STAT_STATE] == "Z" else Mark(pid, int(fields[STAT_STARTED]))


def end(marks: Iterable[Mark], patience_seconds: float) -> None:
    """End processes with their groups: asked first, killed after a while."""
    left = [mark for mark in marks if is_alive(mark)]
    for number, seconds in ((signal.SIGTERM, patience_seconds), (signal.SIGKILL, 5.0)):
        for mark in left:
            _signal_group(mark.pid, number)
        deadline = time.monotonic() + seconds
        while (left := [mark for mark in left if is_alive(mark)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not left:
            return


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        # Supervisor gives each part a group of its own; any other process is signalled alone.
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended meanwhile, which is what was wanted


def listener_of(port: int) -> int | None:
    """The pid that listens on a TCP port; 0 if it is one that we may not look at; None if nobody does."""
    inodes = {inode for name in ("tcp", "tcp6") for inode in _listening_inodes(PROC / "net" / name, port)}
    if not inodes:
        return None
    sockets = {f"socket:[{inode}]" for inode in inodes}
    return next((pid for pid in _pids() if not sockets.isdisjoint(_open_files(pid))), 0)


def command_of(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return "ended meanwhile"


def _listening_inodes(table: Path, port: int) -> list[str]:
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port]


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _open_files(pid: int) -> set[str]:
    folder = PROC / str(pid) / "fd"
    try:
        return {target for entry in folder.iterdir() if (target := _link(entry))}
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return set()


def _link(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:  # closed between listing and reading
        return None
