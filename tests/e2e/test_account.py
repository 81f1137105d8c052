"""What operators do about one person: hand all that there is over, erase them, prove that nothing is left."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from clients.python import ApiError, MessageSent
from clients.python.events import GroupCreated, MessageEdited, ReactionSet
from infra.local.places import ROOT
from infra.local.stack import Stack
from tests.e2e.commands import create_group, edit_message, set_reaction
from tests.e2e.conversations import row_at
from tests.e2e.line import texts
from tests.e2e.media import call, gone, ready, send_media
from tests.e2e.people import PASSWORD, People, Person, shown
from tests.e2e.receipts import say_in
from tests.e2e.test_media import photo
from tests.long_log import LongLog

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TOLD_CHARACTERS = 50
TOKEN = "phone-of-alice:APA91b-" + "x" * 40


@pytest.fixture
def account(system: Stack) -> Run:
    """`backchannel account …`, beside the system under test."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "infra.operator", "account", *arguments]
        environment = {**os.environ, **system.environment(), "COLUMNS": "160"}
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    return run


class Life:
    """What Alice did: a talk with Bob, a group that she left, a file, a phone."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.secret = f"nobody but bob may know {uuid4()}"

    async def live(self) -> "Life":
        self.alice, self.bob = await self._people.pair()
        self.first = await self.alice.send(self.bob, self.secret)
        await self.alice.do(MessageEdited, edit_message(self.first, f"{self.secret}, really"))
        self.answer = await self.bob.send(self.alice, f"an answer {uuid4()}")
        await self.alice.do(ReactionSet, set_reaction(self.answer, "🎉"))
        self.group = await self.bob.do(GroupCreated, create_group(self.alice, name="bob's friends"))
        await say_in(self.group.conversation_id, self.bob)
        self.file = await ready(self.alice, photo())
        sent = await self.alice.do(MessageSent, send_media(self.file, to_user_id=self.bob.user_id))
        phone = await self._people.device(self.alice)
        put = f"/v1/devices/{phone.credentials.device_id}/push-token"
        await phone.api.request("PUT", put, body={"provider": "fcm", "token": TOKEN})
        await row_at(self.bob, self.group.conversation_id, 2)
        await row_at(self.alice, sent.conversation_id, sent.seq)
        return self


@pytest.fixture
async def life(people: People) -> Life:
    return await Life(people).live()


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


class TestExport:
    async def test_all_about_one_person_and_nothing_that_others_wrote(
        self, account: Run, life: Life, tmp_path: Path
    ) -> None:
        to = tmp_path / "alice"
        done = account("export", life.alice.handle, "--to", str(to))
        assert (0, "") == (done.returncode, done.stderr)
        messages = lines(to, "messages.jsonl")
        said = [one["value"]["body"].get("text") for one in messages]
        assert [life.secret, f"{life.secret}, really", None] == said
        assert life.file == messages[-1]["value"]["body"]["media_id"]
        assert [("🎉", life.answer.message_id)] == [
            (one["value"]["emoji"], one["value"]["message_id"]) for one in lines(to, "reactions.jsonl")
        ]
        received = lines(to, "received.jsonl")
        assert life.answer.message_id in {one["message_id"] for one in received}
        assert {life.bob.user_id} == {one["sender_id"] for one in received}
        stays = {one["conversation_id"]: one for one in json.loads((to / "conversations.json").read_text())}
        assert {life.first.conversation_id, life.group.conversation_id} == stays.keys()
        assert ("bob's friends", 1) == (
            stays[life.group.conversation_id]["name"],
            stays[life.group.conversation_id]["stays"][0]["joined_seq"],
        )
        whole = b"".join(path.read_bytes() for path in to.rglob("*") if path.is_file())
        assert (life.answer.text or "").encode() not in whole
        assert TOKEN.encode() not in whole
        assert life.bob.handle.encode() not in whole

    async def test_as_a_zip_that_its_manifest_describes(self, account: Run, life: Life, tmp_path: Path) -> None:
        to = tmp_path / "alice.zip"
        done = account("export", f"@{life.alice.handle}", "--to", str(to), "--json")
        assert (0, "") == (done.returncode, done.stderr)
        with zipfile.ZipFile(to) as archive:
            assert archive.testzip() is None
            manifest = json.loads(archive.read("alice/manifest.json"))
            found = {name.removeprefix("alice/"): archive.read(name) for name in archive.namelist() if name[-1] != "/"}
        assert manifest == json.loads(done.stdout)
        described = {one["path"]: (one["size"], one["sha256"]) for one in manifest["files"]}
        found.pop("manifest.json")
        assert described == {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in found.items()}
        (file,) = json.loads(found["media.json"])
        assert (life.file, "ready") == (file["media_id"], file["status"])
        assert file["sha256"] == hashlib.sha256(found[file["path"]]).hexdigest()
        (phone,) = [one for one in json.loads(found["devices.json"]) if one["push_token"]]
        assert ("phone", "fcm") == (phone["name"], phone["push_provider"])

    async def test_refused_where_something_stands(self, account: Run, alice: Person, tmp_path: Path) -> None:
        done = account("export", alice.handle, "--to", str(tmp_path))
        assert 1 == done.returncode
        assert "is there already" in done.stderr

    def test_nobody(self, account: Run, tmp_path: Path) -> None:
        done = account("export", "nobody_at_all", "--to", str(tmp_path / "x"))
        assert (1, "there is nobody called 'nobody_at_all'\n") == (done.returncode, done.stderr)
        assert [] == list(tmp_path.iterdir())


class TestErase:
    async def test_dry_run_changes_nothing(self, account: Run, life: Life) -> None:
        done = account("erase", life.alice.user_id, "--dry-run", "--json")
        plan = json.loads(done.stdout)
        assert (3, 1, 1) == (plan["messages"], plan["files"], plan["groups"])
        assert (2, 1, 1) == (plan["rows"]["device"], plan["rows"]["push token"], plan["rows"]["data key"])
        assert life.alice.handle == (await life.alice.api.me()).handle

    async def test_asks_first(self, account: Run, alice: Person) -> None:
        done = account("erase", alice.handle)
        assert 2 == done.returncode
        assert "--yes" in done.stderr

    async def test_nothing_is_left(self, account: Run, life: Life, tmp_path: Path) -> None:
        copy = tmp_path / "alice.zip"
        assert 0 == account("export", life.alice.handle, "--to", str(copy)).returncode
        done = account("erase", life.alice.handle, "--yes", "--json")
        assert (0, "") == (done.returncode, done.stderr), done.stdout
        report = json.loads(done.stdout)
        assert report["is_clean"]
        assert report["texts"] >= 3  # the handle, and both versions of the secret
        assert str(copy) in {one["place"] for one in report["exports"]}
        looked = {one["place"]: one["looked_at"] for one in report["checks"]}
        assert "3 bodies of theirs without a key" in looked["Kafka conversation.events"]
        assert {"account", "Cassandra", "PostgreSQL", "Redis", "archive", "object store"} < looked.keys()
        await gone(life.bob, life.file)
        page = await shown(life.bob, life.first.conversation_id, 5)
        assert [None, life.answer.text, None] == texts(page.events)
        with pytest.raises(ApiError):
            await life.alice.api.sign_in(life.alice.handle, PASSWORD, device_name="again")

    async def test_checked_again_later(self, account: Run, life: Life) -> None:
        assert 0 == account("erase", life.alice.handle, "--yes").returncode
        done = account("check-erased", life.alice.user_id, "--text", life.secret)
        assert (0, "") == (done.returncode, done.stderr), done.stdout
        assert f"{life.alice.user_id} is erased. 1 texts" in done.stdout
        again = account("erase", life.alice.user_id, "--yes")
        assert 1 == again.returncode
        assert "is erased already" in again.stderr

    async def test_what_is_left_is_found(self, account: Run, life: Life) -> None:
        """Somebody quotes a secret of hers where nothing is sealed: in their own name."""
        await call(life.bob, "PATCH", "/v1/users/me", {"display_name": life.secret})
        done = account("erase", life.alice.handle, "--yes", "--json")
        assert 1 == done.returncode
        (found,) = [one for one in json.loads(done.stdout)["checks"] if one["left"]]
        assert ("PostgreSQL", [f"a trace: public.users: {life.secret}"[:TOLD_CHARACTERS]]) == (
            found["place"],
            [one[:TOLD_CHARACTERS] for one in found["left"]],
        )

    def test_not_erased(self, account: Run) -> None:
        done = account("check-erased", str(uuid4()))
        assert 1 == done.returncode
        assert "there is nobody called" in done.stderr


class TestDocument:
    async def test_its_commands_do_what_it_says(self, account: Run, life: Life, tmp_path: Path) -> None:
        """docs/erasure.md, followed word by word, with names of this stack."""
        block = (ROOT / "docs" / "erasure.md").read_text().split("```")[1]
        commands = [line.partition("#")[0].split()[2:] for line in block.strip().splitlines()]
        assert ["export", "erase", "erase", "check-erased"] == [one[0] for one in commands]
        names = {"alice": life.alice.handle, "USER_ID": life.alice.user_id, "alice.zip": str(tmp_path / "alice.zip")}
        for command in commands:
            done = account(*(names.get(word, word) for word in command))
            assert (0, "") == (done.returncode, done.stderr), (command, done.stdout)


class TestSize:
    def test_of_somebody_in_a_long_log(self, account: Run, long_log: LongLog, tmp_path: Path) -> None:
        """All that one member of a log of a hundred thousand messages wrote, and not one message more."""
        (direct, *_) = [one for one in long_log.conversations if not one.is_group]
        user_id = direct.members[0].user_id
        wrote = [one for talk in long_log.conversations for one in talk.messages if one.author_id == user_id]
        to = tmp_path / "somebody"
        done = account("export", user_id, "--to", str(to), "--json")
        assert (0, "") == (done.returncode, done.stderr)
        messages = [one for one in lines(to, "messages.jsonl") if one["type"] == "MessageSent"]
        assert {one.message_id for one in wrote} == {one["value"]["message_id"] for one in messages}
        assert len(wrote) == len(messages)
        assert all(one["value"]["body"]["text"] for one in messages)
        read = sum(one["end"] - one["start"] for one in json.loads(done.stdout)["log"])
        assert read >= 2 * long_log.messages  # commands and events
