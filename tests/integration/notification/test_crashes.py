"""Agents killed at each step of a push: nothing is lost, and no message is visibly told twice on any device.

Visible and silent pushes are counted by fake-push, which nobody kills.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from schemas.notifications import Provider
from tests.e2e.people import People
from tests.e2e.pushing import Phone, Phones
from tests.fake_push import visible
from tests.integration.notification.agents import Agents

DEATH_SECONDS = 60.0
TOLD_SECONDS = 40.0
MESSAGES = 6
POINTS = ("push-decided", "push-requested", "push-marked", "push-asked", "push-told")


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
