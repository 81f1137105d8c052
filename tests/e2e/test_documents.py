"""The commands of media, push and the archive, run as the README and their pages show them: names are this stack's."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from infra.local.places import ROOT
from infra.local.services import fake_push_url
from infra.local.stack import Stack
from tests.e2e.people import LOOK_SECONDS, PASSWORD, People, Person, shown
from tests.streams.media.decoding.files import tell_tale_jpeg

SAID_SECONDS = 60
SHOWN_SECONDS = 20

Shell = Callable[[str], Coroutine[Any, Any, str]]
"""Runs commands; what they print. AssertionError where one fails."""


def commands(page: str, having: str) -> list[str]:
    """The lines of the one block of a page that has this in it; what goes on below is one line."""
    blocks = [one for one in (ROOT / page).read_text().split("```")[1::2] if having in one]
    assert 1 == len(blocks), page
    return blocks[0].replace("\\\n", " ").strip().splitlines()


@pytest.fixture
async def pair(people: People) -> tuple[Person, Person]:
    return await people.pair()


@pytest.fixture
def shell(system: Stack, api_url: str, pair: tuple[Person, Person], tmp_path: Path) -> Shell:
    names = [
        (r"\balice\b", pair[0].handle),
        (r"\bbob\b(?!:)", pair[1].handle),
        (r"--password backchannel", f"--password '{PASSWORD}'"),
        (r'"password": "backchannel"', f'"password": "{PASSWORD}"'),
        (r"http://127\.0\.0\.1:8080", api_url),
        (r"http://127\.0\.0\.1:8110", fake_push_url(system.settings)),
        (r"phone-of-bob", f"phone-of-{pair[1].handle}"),
        (r"\b(photo|got)\.jpg", rf"{tmp_path}/\1.jpg"),
        (r"--after-days 365", "--after-days 0"),
    ]
    mine = {"BACKCHANNEL_URL": api_url, "XDG_CONFIG_HOME": str(tmp_path), "BACKCHANNEL_ARCHIVE_AFTER_DAYS": "0"}

    async def run(line: str) -> str:
        for pattern, name in names:
            line = re.sub(pattern, name, line)
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", line),
            cwd=ROOT, env={**os.environ, **system.environment(), **mine},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), SAID_SECONDS)
        assert process.returncode == 0, (line, out, err)
        return out.decode()

    return run


class TestReadme:
    async def test_media_push_and_archive(self, shell: Shell, pair: tuple[Person, Person]) -> None:
        file, push, archive = commands("README.md", "archive run")
        await shell(file)
        assert "[media] look" in await shell(f"printf '/open alice\\n/quit\\n' | {_as_bob(file)}")
        assert (await shell(push)).startswith("{")
        assert re.search(r"\d+ rows archived", await patiently(shell, archive))


class TestMedia:
    async def test_sent_and_saved(self, shell: Shell, tmp_path: Path) -> None:
        send, save, garbage = commands("docs/media.md", "/file")
        await asyncio.to_thread((tmp_path / "photo.jpg").write_bytes, tell_tale_jpeg())
        await shell(send)
        await shell(save)
        assert (tmp_path / "got.jpg").stat().st_size
        await shell(garbage)


class TestPush:
    async def test_is_shown_and_fails_as_told(self, shell: Shell) -> None:
        *said, look, fail = commands("docs/push.md", "push-token")
        await shell("\n".join(said))
        phone = next(line for line in said if "phone=" in line)
        async with asyncio.timeout(SHOWN_SECONDS):
            while (await shell(f"{phone}\n{look}")).strip() in ("", "[]", "null", "{}"):  # noqa: ASYNC110 — the phone tells nobody
                await asyncio.sleep(0.2)
        await shell(f"{phone}\n{fail}")


class TestArchive:
    async def test_each_in_its_turn(self, shell: Shell, pair: tuple[Person, Person]) -> None:
        alice, bob = pair
        sent = await alice.send(bob, "soon in the archive")
        await shown(bob, sent.conversation_id, sent.seq)
        up, *turns = commands("docs/archive.md", "archive run")
        assert up.split("#")[0].strip().endswith("make up")
        *before, restore = turns
        for line in before:
            await patiently(shell, line)
        listed = json.loads(await shell(".venv/bin/backchannel archive list --json"))
        numbers = [str(one["segment"]) for one in listed if one["state"] == "done"]
        assert "rows restored" in await shell(restore.replace(" 7 8 ", f" {' '.join(numbers)} "))


async def patiently(shell: Shell, line: str) -> str:
    """The timeline may be behind what other tests do: then the archive says so, and waits to be asked again."""
    async with asyncio.timeout(SAID_SECONDS):
        while True:
            try:
                return await shell(line)
            except AssertionError as said:
                if "behind" not in str(said):
                    raise
                await asyncio.sleep(LOOK_SECONDS)


def _as_bob(command: str) -> str:
    return command.partition("|")[2].replace("alice", "bob")
