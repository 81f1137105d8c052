"""A file from one terminal to another, as the README shows it."""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from PIL import Image

from infra.local.places import ROOT
from tests.e2e.people import PASSWORD, People
from tests.streams.media.decoding.files import tell_tale_jpeg

PATIENCE_SECONDS = 60


async def chat(api_url: str, folder: Path, handle: str, typed: str) -> tuple[int | None, str]:
    """Exit code and output of a whole run from a pipe."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from infra.operator.cli import app; app()"),
        *("chat", "--as", handle, "--url", api_url, "--password", PASSWORD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
        env={"XDG_CONFIG_HOME": str(folder), "PYTHONIOENCODING": "utf-8"},
    )
    out, _ = await asyncio.wait_for(process.communicate(typed.encode()), PATIENCE_SECONDS)
    return process.returncode, out.decode()


async def test_sent_and_saved(api_url: str, people: People, tmp_path: Path) -> None:
    alice, bob = await people.pair()
    sent, saved = tmp_path / "my photo.jpg", tmp_path / "got.jpg"
    await asyncio.to_thread(sent.write_bytes, tell_tale_jpeg() + str(uuid4()).encode())

    told = await chat(api_url, tmp_path, alice.handle, f'/open {bob.handle}\n/file "{sent}" look at this\n/quit\n')
    got = await chat(api_url, tmp_path, bob.handle, f"/open {alice.handle}\n/save ^ {saved}\n/quit\n")

    assert (0, 0) == (told[0], got[0]), (told, got)
    assert "[media] look at this" in got[1]
    assert (640, 480) == await asyncio.to_thread(_size_of, saved)


async def test_a_bad_one_is_refused_with_its_reason(api_url: str, people: People, tmp_path: Path) -> None:
    alice, bob = await people.pair()
    bad = tmp_path / "bad.png"
    await asyncio.to_thread(bad.write_bytes, b"<svg/>" + str(uuid4()).encode())

    _, out = await chat(api_url, tmp_path, alice.handle, f"/open {bob.handle}\n/file {bad}\n/quit\n")

    assert f"{bad} was refused: type-mismatch." in out


def _size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size
