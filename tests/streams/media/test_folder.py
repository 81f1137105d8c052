"""Folders of files under way: one a process, and none of those that are gone."""

import os
import subprocess
from pathlib import Path

import pytest

from streams.media.folder import PREFIX, own_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


class TestOwnFolder:
    def test_empty_and_closed_to_others(self, temporary: Path) -> None:
        folder = own_folder()

        assert temporary == folder.parent
        assert (0o700, []) == (folder.stat().st_mode & 0o777, list(folder.iterdir()))

    def test_takes_nothing_from_who_lives(self) -> None:
        first = own_folder()
        (first / "source").write_bytes(b"under way")

        second = own_folder()

        assert first != second
        assert (first / "source").exists()

    def test_removes_what_the_dead_left(self, temporary: Path) -> None:
        ended = subprocess.Popen(["true"])
        ended.wait()
        left = temporary / f"{PREFIX}{ended.pid}-x"
        left.mkdir()
        (left / "source").write_bytes(b"under way")
        nobodys = temporary / "other"
        nobodys.mkdir()

        folder = own_folder()

        assert {folder, nobodys} == set(temporary.iterdir())
        assert f"{PREFIX}{os.getpid()}-" in folder.name
