"""What a confined child can still do, tried by a child: each wall on its own."""

import ctypes
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.media.decoding import seccomp
from streams.media.decoding.confinement import confine_child

MEBIBYTE = 1 << 20
LIMITS = {"memory_bytes_max": 512 * MEBIBYTE, "cpu_seconds_max": 5, "file_bytes_max": MEBIBYTE}

pytestmark = pytest.mark.skipif(seccomp.program(1) is None, reason="the filter of system calls is for x86-64")


def tried(attempt: Callable[[], object], folder: Path) -> str:
    """What came of an attempt in a confined child: `done`, or the exception's name."""
    source = folder / "source"
    source.write_bytes(b"content")
    hears, says = os.pipe()
    child = os.fork()
    if not child:
        try:
            missing = confine_child(str(source), str(folder), **LIMITS)
            assert not missing, missing
            attempt()
            os.write(says, b"done")
        except BaseException as fault:  # noqa: BLE001 — whatever it is, it is the answer
            os.write(says, type(fault).__name__.encode())
        finally:
            os._exit(0)
    os.close(says)
    with os.fdopen(hears, "rb") as told:
        word = told.read().decode()
    os.waitpid(child, 0)
    return word


def raw(number: int, *arguments: int) -> None:
    """A system call that Python has no name for."""
    if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


class TestCan:
    def test_read_its_source(self, tmp_path: Path) -> None:
        assert tried((tmp_path / "source").read_bytes, tmp_path) == "done"

    def test_write_and_remove_in_its_folder(self, tmp_path: Path) -> None:
        def write_and_remove() -> None:
            (tmp_path / "content").write_bytes(b"x")
            (tmp_path / "content").unlink()

        assert tried(write_and_remove, tmp_path) == "done"

    def test_make_threads(self, tmp_path: Path) -> None:
        def thread() -> None:
            started = threading.Thread(target=len, args=("",))
            started.start()
            started.join()

        assert tried(thread, tmp_path) == "done"


class TestCannot:
    def test_read_another_file(self, tmp_path: Path) -> None:
        assert tried(lambda: Path("/etc/passwd").read_bytes(), tmp_path) == "PermissionError"

    def test_read_its_environment(self, tmp_path: Path) -> None:
        assert tried(lambda: Path("/proc/self/environ").read_bytes(), tmp_path) == "PermissionError"

    def test_write_beside_its_folder(self, tmp_path: Path) -> None:
        assert tried(lambda: (tmp_path.parent / "beside").write_bytes(b"x"), tmp_path) == "PermissionError"

    def test_make_a_symbolic_link(self, tmp_path: Path) -> None:
        assert tried(lambda: (tmp_path / "content").symlink_to("/etc/passwd"), tmp_path) == "OSError"

    def test_open_a_socket(self, tmp_path: Path) -> None:
        assert tried(socket.socket, tmp_path) == "OSError"

    def test_start_a_program(self, tmp_path: Path) -> None:
        assert tried(lambda: subprocess.run([sys.executable, "-V"], check=True), tmp_path) == "OSError"

    def test_fork(self, tmp_path: Path) -> None:
        assert tried(os.fork, tmp_path) == "OSError"

    def test_signal_its_worker(self, tmp_path: Path) -> None:
        assert tried(lambda: os.kill(os.getppid(), 0), tmp_path) == "OSError"

    def test_trace(self, tmp_path: Path) -> None:
        assert tried(lambda: raw(101, 16, os.getppid()), tmp_path) == "OSError"

    def test_raise_its_limits(self, tmp_path: Path) -> None:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

        assert tried(lambda: resource.setrlimit(resource.RLIMIT_AS, unlimited), tmp_path) == "OSError"

    def test_allocate_beyond_its_memory(self, tmp_path: Path) -> None:
        assert tried(lambda: bytes(600 * MEBIBYTE), tmp_path) == "MemoryError"

    def test_write_a_larger_file(self, tmp_path: Path) -> None:
        assert tried(lambda: (tmp_path / "content").write_bytes(bytes(2 * MEBIBYTE)), tmp_path) == "OSError"
