"""The bootstrap on a machine where everything is there, and what it says where something is not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.bootstrap.fault import BootstrapFault
from infra.local.bootstrap.packages import Requirement, ensure
from infra.local.bootstrap.stamps import digest_of, is_done, mark_done
from infra.local.places import ROOT
from infra.local.programs import find_java, find_postgres

MISSING = Requirement("a Frobnicator", "frobnicator-headless", lambda: False)
THERE = Requirement("Redis 7", "redis-server", lambda: True)


class TestBootstrap:
    def test_silent_when_everything_is_there(self) -> None:
        # -S: it must run where no package is installed.
        done = subprocess.run(
            [sys.executable, "-S", "-m", "infra.local.bootstrap"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)

    def test_programs_found(self) -> None:
        assert find_java() is not None
        assert find_postgres() is not None


class TestEnsure:
    def test_silent_when_all_is_there(self) -> None:
        ensure([THERE])

    def test_names_the_programs_when_not_debian(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: None)

        with pytest.raises(BootstrapFault, match=r"please install: a Frobnicator$"):
            ensure([MISSING, THERE])

    def test_gives_the_command_when_not_root(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr("os.geteuid", lambda: 1000)

        with pytest.raises(BootstrapFault, match=r"apt-get install --no-install-recommends frobnicator-headless$"):
            ensure([MISSING, THERE])


class TestStamps:
    def test_done_only_for_the_same_content(self, tmp_path: Path) -> None:
        stamp, source = tmp_path / "stamp", tmp_path / "source"
        source.write_text("one")
        mark_done(stamp, digest_of(source))
        assert is_done(stamp, digest_of(source))

        source.write_text("two")

        assert not is_done(stamp, digest_of(source))

    def test_boundaries_count(self) -> None:
        assert digest_of("ab", "c") != digest_of("a", "bc")
