"""A folder or .zip that is there whole or not at all: written beside its place under a hidden name, then moved."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from infra.operator.account_documents import Written
from infra.operator.running import Failed

PIECE_BYTES = 1 << 20


class Bundle:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, int] = {}
        self._open: dict[str, BinaryIO] = {}

    def path(self, name: str) -> Path:
        """Where to write a file oneself."""
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    def line(self, name: str, value: bytes) -> None:
        """One more line of a file."""
        if name not in self._open:
            self._open[name] = self.path(name).open("wb")
        self._open[name].write(value + b"\n")
        self._lines[name] = self._lines.get(name, 0) + 1

    def json(self, name: str, value: Any) -> None:
        self.path(name).write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")

    def text(self, name: str, text: str) -> None:
        self.path(name).write_text(text)

    def written(self) -> tuple[Written, ...]:
        """Every file, by its name. Lines come no more."""
        for file in self._open.values():
            file.close()
        paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
        return tuple(self._written(path) for path in paths)

    def _written(self, path: Path) -> Written:
        name = path.relative_to(self._folder).as_posix()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        return Written(name, path.stat().st_size, digest.hexdigest(), self._lines.get(name))


@contextmanager
def bundle(to: Path) -> Iterator[Bundle]:
    """A bundle that stands at `to` when the block ends well, and of which nothing is left when it does not. Raises
    Failed if there is something already, or it cannot be written."""
    if to.exists() or to.is_symlink():
        raise Failed(f"{to} is there already")
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.absolute().parent))
    except OSError as fault:
        raise Failed(f"{to} cannot be written: {fault.strerror}") from fault
    try:
        inside = folder / to.stem
        inside.mkdir()
        yield Bundle(inside)
        os.rename(_zipped(inside, folder) if to.suffix == ".zip" else inside, to)  # noqa: PTH104 — Path.replace would replace a file
    except OSError as fault:
        raise Failed(f"{to} cannot be written: {fault.strerror}") from fault
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _zipped(inside: Path, folder: Path) -> Path:
    made = folder / "made.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(inside.rglob("*")):
            archive.write(path, Path(inside.name) / path.relative_to(inside))
    return made
