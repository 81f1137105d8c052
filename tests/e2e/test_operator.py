"""What operators see of a conversation by the command line: its records, and one message's story."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from clients.python import MessageSent
from clients.python.frames import DeliveredAdvanced
from infra.local.places import ROOT
from infra.local.stack import Stack
from tests.e2e.line import Lines
from tests.e2e.people import Person, shown
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
