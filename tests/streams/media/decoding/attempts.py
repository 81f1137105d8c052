"""`python -m tests.streams.media.decoding.attempts NAME FOLDER`: confines itself, and then tries something.

A program of its own: a process is confined for good. Prints `done`, or the name of the exception.
"""

import ctypes
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from streams.media.decoding.confinement import confine_child

MEBIBYTE = 1 << 20
FOLDER = Path(sys.argv[-1])
SOURCE = FOLDER / "source"


def write_and_remove() -> None:
    (FOLDER / "content").write_bytes(b"x")
    (FOLDER / "content").unlink()


def make_threads() -> None:
    started = [threading.Thread(target=len, args=("",)) for _ in range(3)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def trace() -> None:
    attach, ptrace = 16, 101
    if ctypes.CDLL(None, use_errno=True).syscall(ptrace, attach, os.getppid(), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


ATTEMPTS: dict[str, Callable[[], object]] = {
    "read its source": SOURCE.read_bytes,
    "write and remove in its folder": write_and_remove,
    "make threads": make_threads,
    "read another file": Path("/etc/passwd").read_bytes,
    "read its environment": Path("/proc/self/environ").read_bytes,
    "write beside its folder": lambda: (FOLDER.parent / "beside").write_bytes(b"x"),
    "write into the libraries": lambda: Path(os.__file__).with_name("beside.py").write_bytes(b"x"),
    "make a symbolic link": lambda: (FOLDER / "content").symlink_to("/etc/passwd"),
    "open a socket": socket.socket,
    "start a program": lambda: subprocess.run([sys.executable, "-V"], check=True),
    "fork": os.fork,
    "signal its parent": lambda: os.kill(os.getppid(), 0),
    "trace its parent": trace,
    "raise its limits": raise_limits,
    "allocate beyond its memory": lambda: bytes(600 * MEBIBYTE),
    "write a larger file": lambda: (FOLDER / "content").write_bytes(bytes(2 * MEBIBYTE)),
    "open many files": lambda: [SOURCE.open("rb") for _ in range(100)],
}


def main() -> None:
    missing = confine_child(
        str(SOURCE),
        str(FOLDER),
        memory_bytes_max=512 * MEBIBYTE,
        cpu_seconds_max=5,
        file_bytes_max=MEBIBYTE,
    )
    assert not missing, missing
    try:
        ATTEMPTS[sys.argv[1]]()
    except (OSError, MemoryError, ValueError) as refused:
        print(type(refused).__name__)  # noqa: T201 — it is its answer
    else:
        print("done")  # noqa: T201


if __name__ == "__main__":
    main()
