"""What operators see of a conversation by the command line: its records, and one message's story."""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from clients.python import MessageSent
from clients.python.frames import DeliveredAdvanced
from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.stores.log import Appender
from tests.e2e.line import Lines
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, Person, shown
from tests.e2e.receipts import got

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def backchannel(system: Stack) -> Run:
    """The command line, beside the system under test."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "infra.operator", *arguments]
        environment = {**os.environ, **system.environment(), "COLUMNS": "200"}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def records(done: "subprocess.CompletedProcess[str]") -> Sequence[dict[str, object]]:
    assert (0, "") == (done.returncode, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


class TestLogCat:
    async def test_a_conversation_in_its_order(self, backchannel: Run, alice: Person, bob: Person) -> None:
        first = await alice.send(bob, "one")
        for text in ("two", "three"):
            await alice.send(bob, text)
        found = records(backchannel("log", "cat", "--conversation", first.conversation_id, "--json"))
        assert [1, 2, 3] == [one["value"]["seq"] for one in found if one["type"] == "MessageSent"]  # type: ignore[index]
        assert {first.conversation_id} == {one["key"] for one in found}

    async def test_sealed_until_it_is_opened(self, backchannel: Run, alice: Person, bob: Person) -> None:
        here = ("log", "cat", "--conversation", (await alice.send(bob, "a secret")).conversation_id)
        assert "a secret" not in backchannel(*here).stdout
        assert '"text":"a secret"' in backchannel(*here, "--unseal").stdout

    async def test_filters(self, backchannel: Run, alice: Person, bob: Person) -> None:
        sent = await alice.send(bob)
        mine = ("log", "cat", "conversation.commands", "--user", alice.user_id, "--since", "10m", "--json")
        (command,) = records(backchannel(*mine, "--type", "SendMessage"))
        assert sent.client_id == command["value"]["client_id"]  # type: ignore[index]
        assert [] == records(backchannel(*mine, "--type", "CreateGroup"))
        assert [] == records(backchannel(*mine, "--until", "9m"))

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("no.such.topic",), "there is no topic"),
            (("--conversation", "alice"), "is not an id"),
            (("--since", "soon"), "is no time"),
        ],
    )
    def test_wrong_use(self, backchannel: Run, arguments: Sequence[str], sentence: str) -> None:
        done = backchannel("log", "cat", *arguments)
        assert 2 == done.returncode
        assert sentence in done.stderr

    def test_no_broker(self, backchannel: Run, monkeypatch: pytest.MonkeyPatch, system: Stack) -> None:
        monkeypatch.setattr(system, "environment", lambda: {"BACKCHANNEL_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
        done = backchannel("log", "cat", "--limit", "1")
        assert 1 == done.returncode
        assert "a store did not answer" in done.stderr


class TestExplain:
    async def test_from_the_command_to_the_rows(
        self, backchannel: Run, lines: Lines, alice: Person, bob: Person
    ) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = await alice.send(bob)
        await got(of_bob, sent.conversation_id, 1)
        await of_alice.hear_until(DeliveredAdvanced)
        await shown(alice, sent.conversation_id, 1)

        done = backchannel("explain", sent.message_id, "--json")

        assert (0, "") == (done.returncode, done.stderr)
        story = json.loads(done.stdout)
        assert (sent.conversation_id, 1, alice.user_id) == (story["conversation_id"], story["seq"], story["sender_id"])
        assert {alice.user_id, bob.user_id} == set(story["recipients"])
        what = [step["what"] for step in story["steps"]]
        assert ["commanded", "in the log as seq 1", "delivered, with all up to 1"] == what
        assert bob.user_id == story["steps"][2]["who"]
        assert {"memberships", "timeline", "receipts"} == {row["view"] for row in story["rows"]}
        assert all(row["agrees"] for row in story["rows"])

    async def test_for_people(self, backchannel: Run, alice: Person, bob: Person) -> None:
        sent: MessageSent = await alice.send(bob)
        await shown(alice, sent.conversation_id, 1)
        told = backchannel("explain", sent.message_id).stdout
        assert f" by {alice.user_id}, to 2 members" in told
        assert "in the log as seq 1" in told

    def test_no_such_message(self, backchannel: Run) -> None:
        done = backchannel("explain", "019ae000-0000-7000-8000-0000000fffff")
        assert 1 == done.returncode
        assert "the log has no message" in done.stderr


class TestDeadLetters:
    async def test_retried_once_it_can_be_handled(
        self, backchannel: Run, system: Stack, alice: Person, bob: Person
    ) -> None:
        """A command that nobody can read is buried; retried as it is, it is buried again under a new number."""
        conversation_id = (await alice.send(bob)).conversation_id
        mark = str(uuid4()).encode()
        await bury(system, conversation_id, mark)

        first = await until_buried(backchannel, mark, 1)

        assert "conversation.commands/" in backchannel("dead-letters", "show", first[0]).stdout
        assert f"would be retried: {first[0]}" in backchannel("dead-letters", "retry", first[0], "--dry-run").stdout
        assert f"{first[0]} retried" in backchannel("dead-letters", "retry", first[0]).stdout
        (again,) = set(await until_buried(backchannel, mark, 2, "--all")) - set(first)
        assert 1 == backchannel("dead-letters", "retry", first[0]).returncode
        assert f"{again} dropped" in backchannel("dead-letters", "drop", again).stdout
        assert [] == numbers_of(backchannel("dead-letters", "list", "--json"), mark)
        assert 2 == (await alice.send(bob, "the partition goes on")).seq

    def test_no_such_letter(self, backchannel: Run) -> None:
        done = backchannel("dead-letters", "drop", "123456789")
        assert 1 == done.returncode
        assert "there is no dead letter 123456789" in done.stderr


async def bury(system: Stack, conversation_id: str, mark: bytes) -> None:
    """Append a command that is none."""
    appender = Appender(system.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"], "test")
    await appender.append("conversation.commands", b"not a command: " + mark, key=conversation_id)


async def until_buried(backchannel: Run, mark: bytes, count: int, *options: str) -> list[str]:
    """The numbers of the letters with this mark, once there are so many."""
    async with asyncio.timeout(SHOWN_SECONDS * 3):
        while True:
            found = numbers_of(backchannel("dead-letters", "list", "--json", *options), mark)
            if len(found) >= count:
                return found
            await asyncio.sleep(LOOK_SECONDS)


def numbers_of(done: "subprocess.CompletedProcess[str]", mark: bytes) -> list[str]:
    return [str(one["number"]) for one in records(done) if mark in b64decode(one["letter"]["value"])]  # type: ignore[index]
