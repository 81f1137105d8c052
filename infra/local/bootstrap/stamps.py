"""Stamp files: a step is done when the stamp holds the hash of all that the step depends on."""

import hashlib
from pathlib import Path


def digest_of(*inputs: Path | str) -> str:
    """One hash over files (their content) and plain strings."""
    digest = hashlib.sha256()
    for item in inputs:
        content = item.read_bytes() if isinstance(item, Path) else item.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def is_done(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text() == digest


def mark_done(stamp: Path, digest: str) -> None:
    stamp.write_text(digest)
