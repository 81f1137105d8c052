"""The erasure agent killed at each of its steps: the erasure is carried out all the same, each step once in effect."""

import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from clients.python import MessageSent
from clients.python.events import GroupCreated, MemberRemoved
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.services import services
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from tests.e2e.commands import create_group
from tests.e2e.conversations import row_at, when
from tests.e2e.line import texts
from tests.e2e.media import call, gone, ready, send_media
from tests.e2e.people import PASSWORD, People, Person, shown
from tests.e2e.test_media import photo

NAME = "views"  # where the agent runs
SECONDS = 60.0
POINTS = ("erasure-cleared", "erasure-media-deleted", "erasure-group-left")


@pytest.fixture
async def people(system: Stack) -> AsyncIterator[People]:
    async with httpx.AsyncClient() as http:
        yield People(system.settings.address, http)


class Views:
    """The stack's views, replaced by a process that dies at a fault point, and started again."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._stack = stack
        self._log = folder / "views.log"
        (self._part,) = [one for one in services(stack.settings) if one.name == NAME]

    def fail_at(self, fault: str) -> "subprocess.Popen[bytes]":
        """In place of the stack's own; ready when it returns."""
        self._stack.stop(NAME)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        own = {**self._stack.environment(), **self._part.environment, "BACKCHANNEL_FAULT": fault}
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [str(VENV_PYTHON), *self._part.command[1:]],
                cwd=ROOT, env={**clean, **own}, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(self._part.is_ready, "the views", SECONDS)
        return process

    def start(self) -> None:
        self._stack.start(NAME)
        self._stack.wait_ready(NAME, SECONDS)


async def left_once(group: GroupCreated, bob: Person) -> None:
    """Alice has left the group, and said so once."""
    page = await shown(bob, group.conversation_id, 2)
    assert [MemberRemoved] == [type(one) for one in page.events[1:]]


@pytest.mark.parametrize("point", POINTS)
async def test_carried_out_after_a_crash(system: Stack, people: People, tmp_path: Path, point: str) -> None:
    alice, bob = await people.pair()
    sent = await alice.send(bob, "soon unreadable")
    group = await alice.do(GroupCreated, create_group(bob))
    picture = await ready(alice, photo())
    await alice.do(MessageSent, send_media(picture, to_user_id=bob.user_id))
    await row_at(bob, sent.conversation_id, 2)
    await row_at(bob, group.conversation_id, 1)
    views = Views(system, tmp_path)
    process = views.fail_at(f"{point}:kill")
    try:
        await alice.api.erase_account(PASSWORD)
        assert -signal.SIGKILL == process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        views.start()
    page = await when(lambda: shown(bob, sent.conversation_id, 2), lambda one: texts(one.events) == [None, None])
    assert [1, 2] == [one.seq for one in page.events]
    await gone(bob, picture)
    await left_once(group, bob)
    assert 404 == (await call(bob, "GET", f"/v1/users/{alice.user_id}"))[0]
