"""Agents killed at each step of a push: nothing is lost, and no message is visibly told twice on any device.

Visible and silent pushes are counted by fake-push, which nobody kills.
"""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from infra.local import probes
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.services import fake_push_url, services
from infra.local.settings import HOST
from infra.local.stack import Stack
from infra.local.waiting import wait_until
from schemas.notifications import Provider
from tests.e2e.people import People
from tests.e2e.pushing import Phone, Phones
from tests.fake_push import FakePush, visible
from tests.streams.notification.sending.conftest import free_port

NAME = "notification"
DEATH_SECONDS = 60.0
READY_SECONDS = 60.0
TOLD_SECONDS = 40.0
MESSAGES = 6
POINTS = ("push-decided", "push-requested", "push-marked", "push-asked", "push-told")


class Agents:
    """The stack's notification agents, replaced by a process that dies at a fault point, and started again."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        (self._part,) = [one for one in services(stack.settings) if one.name == NAME]

    def fail_at(self, fault: str) -> "subprocess.Popen[bytes]":
        """In place of the stack's own; ready when it returns."""
        self.stop()
        return self._run({"BACKCHANNEL_FAULT": fault}, self._part.is_ready)

    def join(self) -> "subprocess.Popen[bytes]":
        """Beside the stack's own, which shares its partitions; ready when it returns."""
        port = free_port()
        own = {"BACKCHANNEL_INSTANCE": "notification-2", "BACKCHANNEL_HEALTH_PORT": str(port)}
        return self._run(own, lambda: probes.http_at("/readyz")(HOST, port))

    def stop(self) -> None:
        self._stack.stop(NAME)

    def _run(self, more: Mapping[str, str], is_ready: Callable[[], bool]) -> "subprocess.Popen[bytes]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        environment = {**clean, **self._stack.environment(), **self._part.environment, **more}
        with (self._folder / "notification.log").open("wb") as log:
            process = subprocess.Popen(
                [str(VENV_PYTHON), *self._part.command[1:]],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: is_ready() or process.poll() is not None, "the agents", READY_SECONDS)
        return process

    def start(self) -> None:
        self._stack.start(NAME)
        self._stack.wait_ready(NAME, READY_SECONDS)


@pytest.fixture
async def people(system: Stack) -> AsyncIterator[People]:
    async with httpx.AsyncClient() as http:
        yield People(system.settings.address, http)


@pytest.fixture
async def phones(people: People, system: Stack) -> AsyncIterator[Phones]:
    fake_push = FakePush(fake_push_url(system.settings))
    yield Phones(people, fake_push)
    await fake_push.close()


@pytest.fixture
def agents(system: Stack, tmp_path: Path) -> Agents:
    return Agents(system, tmp_path)


async def write_to(
    people: People, phones: Phones, until: Callable[[], bool] = lambda: True
) -> tuple[list[Phone], list[str]]:
    """Alice writes to Bob, who has a phone of each kind, so many messages and more until it is so; their ids."""
    alice, bob = await people.pair()
    providers: tuple[Provider, ...] = ("fcm", "apns")
    found = [await phones.another(bob, one) for one in providers]
    message_ids: list[str] = []
    async with asyncio.timeout(DEATH_SECONDS):
        while len(message_ids) < MESSAGES or not until():
            message_ids.append((await alice.send(bob, str(len(message_ids)))).message_id)
    return found, message_ids


async def assert_told(found: Sequence[Phone], message_ids: Sequence[str]) -> None:
    """Each phone is told of each message: visibly at most once, and woken silently where that may not have been."""
    for phone in found:
        screen = await phone.fake_push.until(
            phone.token, lambda screen: {one.message_id for one in screen.pushes} == set(message_ids), TOLD_SECONDS
        )
        assert {1} >= set(Counter(visible(screen)).values())


class TestKilled:
    @pytest.mark.parametrize("passage", [1, 3])
    @pytest.mark.parametrize("point", POINTS)
    async def test_told_once_or_woken_and_nothing_lost(
        self, agents: Agents, people: People, phones: Phones, point: str, passage: int
    ) -> None:
        process = agents.fail_at(f"{point}:kill:{passage}")
        try:
            found, message_ids = await write_to(people, phones, until=lambda: process.poll() is not None)
            assert -signal.SIGKILL == process.poll()
        finally:
            process.kill()
            process.wait()
            agents.start()
        await assert_told(found, message_ids)


class TestMoved:
    async def test_ended_in_good_order_nobody_is_in_doubt(self, agents: Agents, people: People, phones: Phones) -> None:
        writing = asyncio.create_task(write_to(people, phones))
        await asyncio.to_thread(agents.stop)
        await asyncio.to_thread(agents.start)
        found, message_ids = await writing
        await assert_told(found, message_ids)
        for phone in found:
            assert ["message"] * MESSAGES == [one.kind for one in (await phone.screen()).pushes]

    async def test_shared_with_another_and_taken_over(self, agents: Agents, people: People, phones: Phones) -> None:
        writing = asyncio.create_task(write_to(people, phones))
        other = await asyncio.to_thread(agents.join)
        try:
            rounds = [await writing, await write_to(people, phones)]
            await asyncio.to_thread(agents.stop)
            rounds.append(await write_to(people, phones))
            for found, message_ids in rounds:
                await assert_told(found, message_ids)
        finally:
            await asyncio.to_thread(agents.start)
            other.terminate()
            assert other.wait(DEATH_SECONDS) == 0
