"""A bundle is there whole or not at all."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from infra.operator.account_documents import Written
from infra.operator.bundle import bundle
from infra.operator.running import Failed


class TestBundle:
    @pytest.mark.parametrize("name", ["made", "made.zip"])
    def test_stands_there_when_it_is_done(self, tmp_path: Path, name: str) -> None:
        to = tmp_path / name
        with bundle(to) as made:
            made.line("a.jsonl", b"1")
            made.line("a.jsonl", b"2")
            made.path("media/x.txt").write_bytes(b"bytes")
            written = made.written()
            assert not to.exists()
        assert [to] == list(tmp_path.iterdir())
        assert (
            Written("a.jsonl", 4, hashlib.sha256(b"1\n2\n").hexdigest(), 2),
            Written("media/x.txt", 5, hashlib.sha256(b"bytes").hexdigest()),
        ) == written
        if to.suffix:
            with zipfile.ZipFile(to) as archive:
                assert b"bytes" == archive.read("made/media/x.txt")
        else:
            assert b"bytes" == (to / "media" / "x.txt").read_bytes()

    def test_nothing_is_left_when_it_fails(self, tmp_path: Path) -> None:
        with pytest.raises(ZeroDivisionError), bundle(tmp_path / "made") as made:
            made.text("a", "b")
            raise ZeroDivisionError
        assert [] == list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", ["there", "no/such/folder"])
    def test_refused(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "there").mkdir()
        with pytest.raises(Failed), bundle(tmp_path / name):
            pass
