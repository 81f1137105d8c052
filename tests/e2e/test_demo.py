"""The demo over nothing but the public protocol: each step of a play once, each message answered once, a crowd."""

import asyncio
import contextlib
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from clients.demo import crowd, someone
from clients.demo.people import PASSWORD, PEOPLE, Person, sign_up
from clients.demo.plays import AllRead, plays
from clients.demo.seeding import seed
from clients.python import Api, ApiError, Client, Conversation
from infra.local.stack import Stack
from tests.e2e.demo import DONE_SECONDS, LOOK_SECONDS, Demo, inbox, newcomer, signed_in, texts, until

PLAYS = """
== group "Three" ann{0} ben{0} cat{0}
ann{0}: one
ben{0} answers: two
cat{0} reacts 🎂
ann{0} shows sea: three
all read
ann{0}: four
ben{0}: five
== direct ben{0} ann{0}
ann{0}: six
ben{0} reacts ❤️
ben{0}: seven
all read
"""


class TestSeed:
    async def test_each_step_once_however_often_it_is_interrupted(self, api_url: str) -> None:
        suffix = uuid4().hex[:10]
        people = [Person(f"{name}{suffix}", name.title()) for name in ("ann", "ben", "cat")]
        its_plays = plays(PLAYS.format(suffix))
        async with Api(api_url) as api:
            for person in people:
                await sign_up(api, person)
        for patience_seconds in (0.5, 0.8):  # into the middle of it, wherever that is on this machine
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(seed(api_url, people, its_plays), patience_seconds)
        await seed(api_url, people, its_plays)
        async with signed_in(api_url, people[0]) as ann, signed_in(api_url, people[2]) as cat:
            before = await inbox(ann)
            await seed(api_url, people, its_plays)
            assert before == await inbox(ann)
            direct, group = sorted(before.conversations, key=lambda row: row.head_seq)
            assert (3, 7) == (direct.head_seq, group.head_seq)
            assert ["one", "two", "three", "four", "five"] == await texts(ann, group.conversation_id)
            assert (0, 1) == (direct.unread, group.unread)
            (row,) = (await inbox(cat)).conversations
            assert (2, 7) == (row.unread, row.delivered_seq)
            assert ["test"] == [device.device_name for device in await ann.devices()]


@pytest.fixture
async def demo(system: Stack, tmp_path: Path) -> AsyncIterator[Demo]:
    demo = Demo(system.settings.address, tmp_path)
    await demo.start()
    yield demo
    await demo.kill(signal.SIGTERM)


class TestProcess:
    async def test_killed_again_and_again_and_nothing_is_said_twice(self, demo: Demo, api_url: str) -> None:
        async with Api(api_url) as open_api:
            guest = await newcomer(open_api)
            await some_are_there(open_api)
        await demo.kill()
        await demo.start()
        await demo.wait_seeded()
        assert expected_heads() == await heads_of_alice(api_url)
        async with signed_in(api_url, guest) as api, Client(api) as client:
            await client.wait_synced()
            echo = await api.user_by_handle("echo")
            assert echo is not None
            sent = [await client.send_text(f"number {number}", to_user_id=echo.user_id) for number in range(2)]
            copy = client.conversations[sent[0].conversation_id]
            await client.wait_until(lambda: len(copy.messages) > len(sent))
            await demo.kill()
            demo.seeded.unlink()
            await demo.start()
            await client.wait_until(lambda: len(copy.messages) == 2 * len(sent))
            await demo.wait_seeded()  # all of it again: it finds that all is done
            assert {2} == set(Counter(message.text for message in copy.messages).values())
        assert expected_heads() == await heads_of_alice(api_url)


def expected_heads() -> dict[str, int]:
    """By title, or by who began it: as many events as there are steps, and the founding of a group."""
    return {
        play.title or play.cast[0]: len([step for step in play.steps if step != AllRead()]) + bool(play.title)
        for play in plays()
        if "alice" in play.cast
    }


async def heads_of_alice(url: str) -> dict[str, int]:
    """The same as she finds it: who is synced has all that the log had."""
    async with signed_in(url, PEOPLE[0]) as api, Client(api) as client:
        await client.wait_synced()
        ids = {user_id for copy in client.conversations.values() for user_id in copy.member_ids}
        handles = {user.user_id: user.handle for user in await api.users(list(ids))}
        return {copy.name or the_other(copy, handles): copy.cursor for copy in client.conversations.values()}


def the_other(copy: Conversation, handles: Mapping[str, str | None]) -> str:
    (name,) = (handles[user_id] or "" for user_id in copy.member_ids if handles[user_id] != "alice")
    return name


async def some_are_there(api: Api) -> None:
    """Somebody has said something: the plays have begun."""
    async with asyncio.timeout(DONE_SECONDS):
        while True:
            with contextlib.suppress(ApiError):
                await api.sign_in("alice", PASSWORD, device_name="test")
                if (await api.conversations()).conversations:
                    return
            await asyncio.sleep(LOOK_SECONDS)


class TestCrowd:
    async def test_talks_and_leaves_no_device_behind(
        self, api_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(someone, "PAUSE_SECONDS", 0.2)
        monkeypatch.setattr(someone, "TYPING_SECONDS_MAX", 0.1)
        monkeypatch.setattr(crowd, "LINE_SECONDS_IN_LOGS", 0.5)
        said = ""

        def is_lively() -> bool:
            nonlocal said
            said += capsys.readouterr().out
            return (
                re.search(r"10 of 10 are here · a second: (?!0\.0)[\d.]+ sent, (?!0\.0)[\d.]+ received, (?!0\.0)", said)
                is not None
            )

        running = asyncio.create_task(crowd.run(api_url, 10))
        await until(is_lively, lambda: said)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        async with signed_in(api_url, crowd.person(9)) as founder:
            assert ["test"] == [device.device_name for device in await founder.devices()]
            assert "Crowd 0" in {row.name for row in (await founder.conversations()).conversations}
