"""What a confined process can still do, as the kernel sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from streams.media.decoding import seccomp

pytestmark = pytest.mark.skipif(seccomp.program(1) is None, reason="the filter of system calls is for x86-64")


def come_of(attempt: str, folder: Path) -> str:
    """`done`, or the exception's name."""
    (folder / "source").write_bytes(b"content")
    command = [sys.executable, "-m", "tests.streams.media.decoding.attempts", attempt, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.mark.parametrize("attempt", ["read its source", "write and remove in its folder", "make threads"])
def test_can(attempt: str, tmp_path: Path) -> None:
    assert come_of(attempt, tmp_path) == "done"


@pytest.mark.parametrize(
    ("attempt", "refused"),
    [
        ("read another file", "PermissionError"),
        ("read its environment", "PermissionError"),
        ("write beside its folder", "PermissionError"),
        ("write into the libraries", "PermissionError"),
        ("make a symbolic link", "OSError"),
        ("open a socket", "OSError"),
        ("start a program", "OSError"),
        ("fork", "OSError"),
        ("signal its parent", "OSError"),
        ("trace its parent", "OSError"),
        ("raise its limits", "OSError"),
        ("allocate beyond its memory", "MemoryError"),
        ("write a larger file", "OSError"),
        ("open many files", "OSError"),
    ],
)
def test_cannot(attempt: str, refused: str, tmp_path: Path) -> None:
    assert refused == come_of(attempt, tmp_path)
