"""Where an export lies: a folder here; a bucket's prefix in `export_buckets`.

A file comes there whole or not at all, under its final name. One export at a time works at a place.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

from pyarrow import fs

LOCK = ".lock"
SCRATCH = ".unfinished"
OURS = re.compile(r"(topic|view)=[^/]+/.*\.parquet")
"""The names of an export's files: nothing else at a place is ever listed or deleted."""


class PlaceTaken(Exception):
    """Another export works there."""


class PlaceUnusable(Exception):
    """It cannot be read or written: the message says why."""


class ExportPlace(Protocol):
    """Names are paths under it. All raise PlaceUnusable, and StoreUnavailable where an object store is away."""

    url: str

    def locked(self) -> AbstractAsyncContextManager[Path]:
        """Nobody else works there meanwhile; gives a folder for what is not finished. Raises PlaceTaken."""

    async def put(self, name: str, path: Path, sha256: str) -> None:
        """Move a finished file there. Raises PlaceTaken where another has taken it over."""

    async def write(self, name: str, data: bytes) -> None:
        """Write a small file whole. The same is true of it."""

    async def read(self, name: str) -> bytes | None:
        """None if there is no such file."""

    async def delete(self, name: str) -> None:
        """Silent when there is none."""

    async def sizes(self) -> Mapping[str, int]:
        """The export's files that are there, whether or not its manifest names them."""

    async def sha256(self, name: str) -> str | None:
        """Of the bytes that are there; None if there are none."""

    def filesystem(self) -> fs.FileSystem:
        """For readers of Parquet: names are names there, too."""

    async def close(self) -> None:
        """Ends what it has opened."""


class Folder:
    def __init__(self, path: Path) -> None:
        self.url = str(path)
        self.path = path

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[Path]:
        scratch = self.path / SCRATCH
        with _usable():
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with whoever holds it, however that ends
            except BlockingIOError:
                raise PlaceTaken(f"another export works at {self.url}") from None
            shutil.rmtree(scratch, ignore_errors=True)
            with _usable():
                scratch.mkdir()
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    async def put(self, name: str, path: Path, sha256: str) -> None:  # noqa: ARG002 — a store that is away checks it
        with _usable():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)  # noqa: PTH105 — at once: ruff would have it in a thread
            _sync(target.parent)

    async def write(self, name: str, data: bytes) -> None:
        with _usable():
            part = self.path / SCRATCH / name
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path / name)
            _sync(self.path)

    async def read(self, name: str) -> bytes | None:
        with _usable():
            try:
                return (self.path / name).read_bytes()
            except FileNotFoundError:
                return None

    async def delete(self, name: str) -> None:
        with _usable():
            (self.path / name).unlink(missing_ok=True)

    async def sizes(self) -> Mapping[str, int]:
        with _usable():
            found = ((path.relative_to(self.path).as_posix(), path) for path in self.path.rglob("*.parquet"))
            return {name: path.stat().st_size for name, path in found if OURS.fullmatch(name)}

    async def sha256(self, name: str) -> str | None:
        return await asyncio.to_thread(self._sha256, self.path / name)

    def _sha256(self, path: Path) -> str | None:
        with _usable():
            if not path.exists():
                return None
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

    def filesystem(self) -> fs.FileSystem:
        return fs.SubTreeFileSystem(str(self.path), fs.LocalFileSystem())

    async def close(self) -> None:
        """There is nothing to end."""


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise PlaceUnusable(f"{fault.filename or 'the export'}: {fault.strerror or fault}") from fault


def _sync(folder: Path) -> None:
    """Make names durable, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
