"""A small disk for all stores, which can be full: a file with a file system in it, mounted by root."""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.local.faults import StackFault
from infra.local.stack import Stack
from tests.chaos.faults.fault import Fault

DISK_MIB = 4_096
CHUNK_BYTES = 1 << 20
BACK_SECONDS = 30.0


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """The folder on a file system of its own; whether that could be had: only root may mount, and not everywhere."""
    image = folder.with_name("disk.img")
    folder.mkdir(parents=True, exist_ok=True)
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(DISK_MIB << 20)
    is_made = _does("mkfs.ext4", "-q", "-m", "0", str(image))
    is_mounted = is_made and _does("mount", "-o", "loop", str(image), str(folder))
    try:
        if is_mounted:
            (folder / "lost+found").rmdir()
        yield is_mounted
    finally:
        if is_mounted:
            _does("umount", "--lazy", str(folder))
        image.unlink(missing_ok=True)


def _does(*command: str) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


class Full(Fault):
    """All stores' disk is full. Who cannot live with that ends or stops, and is started again when there is room.

    Proof: the kernel refused a write for want of room. (How much is free is none: stores free some at once.)"""

    kind = "fill"
    hold_seconds = (3.0, 8.0)

    def __init__(self, stack: Stack, folder: Path) -> None:
        super().__init__("disk")
        self._stack = stack
        self._ballast = folder / "ballast"

    async def begin(self) -> None:
        await asyncio.to_thread(self._fill)

    def _fill(self) -> None:
        with self._ballast.open("wb") as file:
            space = os.statvfs(self._ballast)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize - CHUNK_BYTES)
            try:
                while True:
                    os.write(file.fileno(), b"\1" * CHUNK_BYTES)
            except OSError as full:
                self.proofs += full.errno == errno.ENOSPC

    async def heal(self) -> None:
        await asyncio.to_thread(self._ballast.unlink)
        for name in self._stack.names():
            if self._stack.part(name).kind == "store":
                await asyncio.to_thread(self._bring_back, name)

    def _bring_back(self, name: str) -> None:
        try:
            self._stack.wait_ready(name, BACK_SECONDS)
        except StackFault:
            self._stack.restart(name)
            self._stack.wait_ready(name)
