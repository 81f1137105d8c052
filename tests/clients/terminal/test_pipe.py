"""Whole runs of `backchannel chat` from a pipe, in a process of their own."""

import asyncio
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.builders import BOB, CONVERSATION
from tests.clients.terminal.house import PASSWORD, House

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


async def chat(house: House, folder: Path, typed: str, *options: str) -> Run:
    program = "from infra.operator.cli import app; app()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "chat", "--as", "alice", "--url", house.url, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={"XDG_CONFIG_HOME": str(folder), "PYTHONIOENCODING": "utf-8"},
    )
    out, err = await asyncio.wait_for(process.communicate(typed.encode()), 20)
    return Run(process.returncode or 0, out.decode(), err.decode())


class TestPipe:
    @pytest.mark.asyncio
    async def test_signs_up_and_waits_for_the_ticks(self, tmp_path: Path) -> None:
        async with House() as house:
            run = await chat(house, tmp_path, "/open bob\nhi\nhow are you?\n/quit\n", "--password", PASSWORD)
        assert (0, ["hi", "how are you?"]) == (run.code, house.texts), run
        assert "signed up as alice" in run.out
        assert ["hi", "how are you?"] == re.findall(r"✓(?:✓ read)? (hi|how are you\?)$", run.out, re.MULTILINE)

    @pytest.mark.asyncio
    async def test_session_is_kept_for_its_owner_only(self, tmp_path: Path) -> None:
        async with House() as house:
            await chat(house, tmp_path, "/quit\n", "--password", PASSWORD)
            run = await chat(house, tmp_path, "/open bob\nagain\n")
        assert (0, ["again"]) == (run.code, house.texts), run
        files = [path for path in tmp_path.rglob("*") if path.is_file()]  # noqa: ASYNC240 — a handful of files
        assert [0o600] == [path.stat().st_mode & 0o777 for path in files]

    @pytest.mark.asyncio
    async def test_lists_unread_and_shows_history(self, tmp_path: Path) -> None:
        async with House(head_seq=105) as house:
            run = await chat(house, tmp_path, "/open 1\n" + "/more\n" * 6, "--password", PASSWORD)
        shown = [int(line.rpartition(" ")[2]) for line in run.out.splitlines() if " bob: text " in line]
        pages = [seq for last in (105, 85, 65, 45, 25, 5) for seq in range(max(1, last - 19), last + 1)]
        assert pages == shown, run
        assert "bob  (2 unread)  text 105" in run.out
        assert "(nothing older)" in run.out

    @pytest.mark.asyncio
    async def test_wrong_password_is_no_sign_up(self, tmp_path: Path) -> None:
        async with House() as house:
            house.handles.add("alice")
            run = await chat(house, tmp_path, "/quit\n", "--password", "another password")
        assert (1, "backchannel: wrong password of alice\n") == (run.code, run.err)

    @pytest.mark.asyncio
    async def test_unknown_person_fails_the_script(self, tmp_path: Path) -> None:
        async with House() as house:
            run = await chat(house, tmp_path, "/open nobody\nhi\n", "--password", PASSWORD)
        assert (1, []) == (run.code, house.texts)
        assert "There is nobody called nobody." in run.out

    @pytest.mark.asyncio
    async def test_no_server(self, tmp_path: Path) -> None:
        house = House()
        house.url = "http://127.0.0.1:9"
        run = await chat(house, tmp_path, "/quit\n", "--password", PASSWORD)
        assert 1 == run.code
        assert "no connection" in run.err


class TestOrders:
    @pytest.mark.asyncio
    async def test_messages_are_answered_changed_and_explained(self, tmp_path: Path) -> None:
        typed = "/open 1\n/reply 2 yes\n/edit ^ yes!\n/react 1 👍\n/info ^\n/delete ^\n"
        async with House(head_seq=2) as house:
            run = await chat(house, tmp_path, typed, "--password", PASSWORD)
        assert 0 == run.code, run
        assert re.search(r"#3 .* ✓(✓ read)? \(re #2\) yes\n", run.out)
        assert "alice edited #3: yes!" in run.out
        assert "alice reacted 👍 to #1" in run.out
        assert "  bob: delivered " in run.out
        assert "alice deleted #3" in run.out

    @pytest.mark.asyncio
    async def test_groups(self, tmp_path: Path) -> None:
        typed = '/group "Our trip" bob\n/members\n/rename Journey\n'
        async with House() as house:
            run = await chat(house, tmp_path, typed, "--password", PASSWORD)
        assert 0 == run.code, run
        said = [(frame["type"], frame.get("name")) for frame in house.said]
        assert [("CreateGroup", "Our trip"), ("ChangeGroupSettings", "Journey")] == said
        assert "— Our trip —" in run.out
        assert "  alice (you) · admin\n  bob\n" in run.out
        assert "alice named the group Journey" in run.out

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("order", "said"),
        [
            ("add bob", "AddMembers"),
            ("remove bob", "RemoveMember"),
            ("admin bob", "ChangeRole"),
            ("leave", "LeaveGroup"),
        ],
    )
    async def test_membership(self, order: str, said: str, tmp_path: Path) -> None:
        async with House() as house:
            run = await chat(house, tmp_path, f"/group Trip bob\n/{order}\n", "--password", PASSWORD)
        assert (0, said) == (run.code, house.said[-1]["type"]), run

    @pytest.mark.asyncio
    async def test_people(self, tmp_path: Path) -> None:
        typed = "/block bob\n/unblock bob\n/presence bob\n/open 1\n/mute\n/mute 0\n"
        async with House(head_seq=1) as house:
            run = await chat(house, tmp_path, typed, "--password", PASSWORD)
        assert 0 == run.code, run
        assert [("PUT", BOB), ("DELETE", BOB), ("mute", True), ("mute", False)] == house.called
        assert "bob was last seen 2026-11-24" in run.out

    @pytest.mark.asyncio
    async def test_what_is_shown_is_read(self, tmp_path: Path) -> None:
        async with House(head_seq=9) as house:
            run = await chat(house, tmp_path, "/open 1\nhi\n", "--password", PASSWORD)
        assert 0 == run.code, run
        assert house.line is not None
        assert {"type": "AcknowledgeRead", "conversation_id": CONVERSATION, "seq": 9} in house.line.receipts

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("/edit 1 mine", "That message is not yours."),
            ("/delete 7", "There is no message 7 here."),
            ("/reply 1", "A number and a text, please."),
            ("/add nobody", "There is nobody called nobody."),
            ("/mute soon", "/mute HOURS"),
        ],
    )
    async def test_what_cannot_be_done_is_said(self, typed: str, why: str, tmp_path: Path) -> None:
        async with House(head_seq=1) as house:
            run = await chat(house, tmp_path, f"/open 1\n{typed}\n", "--password", PASSWORD)
        assert 1 == run.code
        assert f"! {why}" in run.out
