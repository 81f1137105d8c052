"""The TypeScript of `clients`: its types, its own tests, and that the page which is committed is the page as built."""

import filecmp
import subprocess
from pathlib import Path

import pytest

from api import page
from infra.local.bootstrap import node

with_node = pytest.mark.skipif(not node.is_there(), reason="Node.js is not here")
SECONDS = 120
BUNDLE_BYTES_MAX = 120 * 1024


def npm(*arguments: str) -> str:
    assert node.is_installed(), "make install says why not"
    done = subprocess.run(
        ["npm", "run", "--silent", *arguments],
        cwd=node.CLIENTS, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, (done.stdout + done.stderr)[-6000:]
    return done.stdout


def names_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@with_node
def test_types_are_right() -> None:
    npm("check")


@with_node
def test_its_own_tests_pass() -> None:
    npm("test")


@with_node
def test_built_page_is_of_these_sources(tmp_path: Path) -> None:
    npm("build", "--", "--outDir", str(tmp_path))
    names = names_below(tmp_path)
    assert names == names_below(page.HOME)
    _, different, unreadable = filecmp.cmpfiles(tmp_path, page.HOME, names, shallow=False)
    assert ([], []) == (different, unreadable)


def test_bundle_is_small() -> None:
    assert sum(len(file.compressed) for file in page.load().values()) <= BUNDLE_BYTES_MAX
