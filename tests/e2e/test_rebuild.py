"""Views rebuilt beside the live ones while messages flow: switched, rolled back, dropped; killed and gone on with."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from clients.python.frames import MessageSent, ReactionSet
from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.stores.live_views import HEARD_SECONDS
from infra.stores.log_ends import LogEnds
from infra.stores.postgres import Postgres
from infra.stores.projections import Projections, Version
from schemas.topics import CONVERSATION_EVENTS, NOTIFICATION_REQUESTS
from tests.e2e.commands import set_reaction
from tests.e2e.line import Lines, texts
from tests.e2e.people import People, Person, shown
from tests.e2e.receipts import add, group, say_in
from tests.long_log import settings_of

PATIENCE_SECONDS = 60.0
BATCHES_RECORDS = 4 * 4_000  # what is folded and not noted yet, at most
PAGE_EVENTS = 100

Said = dict[str, Any]


class Operator:
    """The command line, beside the system under test."""

    def __init__(self, system: Stack) -> None:
        self.environment = {**os.environ, **system.environment(), "COLUMNS": "200"}
        self.settings = settings_of(system)
        self.dsn = self.environment["BACKCHANNEL_POSTGRES_DSN"]

    def command(self, *arguments: str, of: str = "projection") -> list[str]:
        return [sys.executable, "-m", "infra.operator", of, *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._run(self.command(*arguments))

    def verify(self, name: str, conversation_id: str, *options: str) -> "subprocess.CompletedProcess[str]":
        return self._run(self.command(name, "--conversation", conversation_id, *options, of="verify"))

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(*arguments), cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    async def said(self, *arguments: str) -> Any:
        """What a command that succeeds says, as JSON."""
        done = await asyncio.to_thread(self.run, *arguments, "--json")
        assert (0, "") == (done.returncode, done.stderr)
        return json.loads(done.stdout)

    async def refused(self, *arguments: str, code: int = 1) -> str:
        """The sentence of a command that fails."""
        done = await asyncio.to_thread(self.run, *arguments)
        assert code == done.returncode, done.stdout
        return " ".join((done.stderr + done.stdout).replace("│", " ").split())

    async def register(self) -> list[Version]:
        """What `list` shows, without the second that a command takes to begin."""
        postgres = await Postgres.connect(self.settings)
        try:
            return await Projections(postgres).all()
        finally:
            await postgres.close()

    async def versions(self, name: str) -> dict[int, str]:
        return {one.version: one.state for one in await self.register() if one.name == name}

    async def live(self, name: str) -> int:
        return next(version for version, state in (await self.versions(name)).items() if state == "live")

    async def folded(self, name: str, version: int) -> int:
        """How many records a rebuild has noted."""
        query = "SELECT coalesce(sum(next_offset), 0) FROM projection_progress WHERE name = %s AND version = %s"
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            row = await (await connection.execute(query, (name, version))).fetchone()
            return int(row[0]) if row else 0


@pytest.fixture
def operator(system: Stack) -> Operator:
    return Operator(system)


@pytest.fixture
async def tidy(operator: Operator) -> AsyncIterator[None]:
    """The versions of before are read again afterwards, and all others dropped: other tests look into their tables."""
    before = {one.name: one.version for one in await operator.register()}
    yield
    for one in await operator.register():
        if one.state == "live" and one.version != before[one.name]:
            await operator.said("switch", one.name, str(before[one.name]), "--force")
    others = [one for one in await operator.register() if one.version != before[one.name]]
    await asyncio.gather(*(until_dropped(operator, one.name, one.version) for one in others))


async def until_dropped(operator: Operator, name: str, version: int) -> None:
    """What was live a moment ago may not go at once."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (done := await asyncio.to_thread(operator.run, "drop", name, str(version))).returncode:
        assert time.monotonic() < deadline, done.stderr
        await asyncio.sleep(1)


@asynccontextmanager
async def talking(alice: Person, bob: Person) -> AsyncIterator[list[str]]:
    """Alice writes to Bob all the while, one message after the other; the texts of those that were accepted."""
    said: list[str] = []
    is_over = asyncio.Event()

    async def talk() -> None:
        while not is_over.is_set():
            said.append(f"message {len(said)}")
            await alice.send(bob, said[-1])
            await asyncio.sleep(0.02)

    task = asyncio.create_task(talk())
    yield said
    is_over.set()
    await task


async def timeline(person: Person, conversation_id: str) -> list[str]:
    """The texts of a conversation's messages, as its API tells them."""
    page = await person.api.timeline(conversation_id, limit=PAGE_EVENTS)
    return [text or "" for text in texts(page.events)]


class TestRebuildUnderTraffic:
    @pytest.mark.usefixtures("tidy", "long_log")
    async def test_the_timeline_switched_and_back(self, operator: Operator, alice: Person, bob: Person) -> None:
        conversation_id = (await alice.send(bob, "before")).conversation_id
        before = await operator.live("timeline")
        async with talking(alice, bob) as said:
            # On a machine that is busy with all the other tests it would yield to the talk for minutes.
            built = await operator.said("rebuild", "timeline", "--workers", "4", "--max-delay", "1000")
            assert built["events"] > 100_000
            assert (await operator.said("switch", "timeline"))["before"] == before
            assert built["version"] == await operator.live("timeline")
            standings = await operator.said("status", "timeline")
            assert {before: "standby", built["version"]: "live"} == {one["version"]: one["state"] for one in standings}
            await asyncio.sleep(HEARD_SECONDS)
        seq = len(said) + 1
        await shown(bob, conversation_id, seq)
        assert ["before", *said][-PAGE_EVENTS:] == await timeline(bob, conversation_id)

        assert before == (await operator.said("rollback", "timeline"))["version"]
        await alice.send(bob, "afterwards")
        await shown(bob, conversation_id, seq + 1)
        assert ["before", *said, "afterwards"][-PAGE_EVENTS:] == await timeline(bob, conversation_id)

    @pytest.mark.usefixtures("tidy", "long_log")
    async def test_who_is_in_a_group_is_known_to_the_next_version(
        self, operator: Operator, people: People, lines: Lines
    ) -> None:
        """Fan-out's own view: everybody in a group goes on to get what is said, through switch and rollback."""
        alice, bob, carol = [await people.person(name) for name in ("alice", "bob", "carol")]
        conversation_id = await group(alice, bob, carol)
        heard = [(await lines.hello(one)).line for one in (alice, bob, carol)]

        async def all_hear(text: str) -> None:
            await say_in(conversation_id, alice, text)
            assert [text] * 3 == [(await line.hear_until(MessageSent))[1].text for line in heard]

        await all_hear("before")
        await operator.said("rebuild", "memberships")
        await all_hear("while there are two")
        await operator.said("switch", "memberships")
        await asyncio.sleep(HEARD_SECONDS)
        await all_hear("from the new one")
        dave = await people.person("dave")
        await add(conversation_id, alice, dave)
        heard.append((await lines.hello(dave)).line)
        await say_in(conversation_id, bob, "hello dave")
        assert ["hello dave"] == texts((await shown(dave, conversation_id, 6)).events)[-1:]
        await operator.said("rollback", "memberships")
        await asyncio.sleep(HEARD_SECONDS)
        await say_in(conversation_id, carol, "back again")
        for line in heard:
            while (await line.hear_until(MessageSent))[1].text != "back again":
                pass


class TestABugInTheUnreadCount:
    """The worked example of docs/operators.md: a bug left silent events out, so that they were counted as messages."""

    @pytest.mark.usefixtures("tidy")
    async def test_found_rebuilt_switched(self, operator: Operator, alice: Person, bob: Person) -> None:
        message = await alice.send(bob, "look")
        await alice.do(ReactionSet, set_reaction(message))
        await shown(bob, message.conversation_id, 2)
        assert 1 == await unread(bob)
        forget_silent(operator.dsn, await operator.live("inbox"), message.conversation_id)
        assert 2 == await unread(bob)  # the bug

        ends = LogEnds(operator.settings.kafka_bootstrap)
        before = [await ends.ends(topic) for topic in (NOTIFICATION_REQUESTS, CONVERSATION_EVENTS)]
        await operator.said("rebuild", "inbox")
        assert before == [await ends.ends(topic) for topic in (NOTIFICATION_REQUESTS, CONVERSATION_EVENTS)]
        assert 2 == await unread(bob)  # nobody reads it yet
        told = await operator.refused("diff", "inbox", "--conversation", message.conversation_id, code=3)
        assert "1 extra" in told
        assert f"extra silent_events {message.conversation_id} seq 2 conversation.events/" in told
        await operator.said("switch", "inbox")
        assert 1 == await unread(bob)
        await operator.said("rollback", "inbox")
        assert 2 == await unread(bob)
        mended = await asyncio.to_thread(operator.verify, "inbox", message.conversation_id, "--repair")
        assert 0 == mended.returncode, mended.stdout + mended.stderr
        assert 1 == await unread(bob)


async def unread(person: Person) -> int:
    (one,) = (await person.api.conversations()).conversations
    return one.unread


def forget_silent(dsn: str, version: int, conversation_id: str) -> None:
    """What a projection with that bug would have left out."""
    with psycopg.connect(dsn) as connection:
        query = f"DELETE FROM inbox_{version:d}.silent_events WHERE conversation_id = %s"  # noqa: S608 — a number
        assert connection.execute(query.encode(), (conversation_id,)).rowcount


class TestKilled:
    @pytest.mark.usefixtures("tidy", "long_log")
    async def test_goes_on_where_it_was(self, operator: Operator) -> None:
        """Begun by one worker, killed, ended by four: the same rows as the live version, which its agent wrote."""
        version = await killed_half_way(operator, "timeline", "--workers", "1")
        half = await operator.folded("timeline", version)
        assert "building" == (await operator.versions("timeline"))[version]
        built = await operator.said("rebuild", "timeline", "--workers", "4")
        assert version == built["version"]
        assert built["events"] <= await operator.folded("timeline", version) - half + BATCHES_RECORDS
        (compared,) = await operator.said("diff", "timeline", str(version))
        assert compared["equal"] > 100_000
        assert compared["wanted_sha256"] == compared["found_sha256"]

    @pytest.mark.usefixtures("tidy", "long_log")
    async def test_nobody_reads_what_is_half_built(self, operator: Operator) -> None:
        version = str(await killed_half_way(operator, "receipts"))
        assert "is half built" in await operator.refused("switch", "receipts", version)
        assert "go on with that" in await operator.refused("rebuild", "receipts", "--since", "1h")
        assert "receipts 1" not in await operator.refused("switch", "receipts", "1")


async def killed_half_way(operator: Operator, name: str, *options: str) -> int:
    """The version of a rebuild that was killed once it had folded something."""
    rebuild = operator.start("rebuild", name, "--rate", "10000", *options)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        building = [version for version, state in (await operator.versions(name)).items() if state == "building"]
        if building and await operator.folded(name, building[0]) > 0:
            break
        assert rebuild.poll() is None, rebuild.communicate()
        assert time.monotonic() < deadline
    rebuild.send_signal(signal.SIGKILL)
    rebuild.communicate()
    return building[0]


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("rebuild", "outbox"), "there is no projection"),
            (("rebuild", "inbox", "--since", "1h"), "--since is for timeline and receipts"),
            (("rebuild", "timeline", "--since", "soon"), "is no time"),
            (("rebuild", "timeline", "--conversation", "alice"), "is not an id"),
            (("status", "outbox"), "there is no projection"),
        ],
    )
    async def test_wrong_use(self, operator: Operator, arguments: tuple[str, ...], sentence: str) -> None:
        assert sentence in await operator.refused(*arguments, code=2)

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("switch", "timeline", "77"), "there never was a version 77 of timeline"),
            (("switch", "timeline", "1"), "is live already"),
            (("drop", "timeline", "1"), "is live: switch to another one first"),
            (("drop", "inbox", "77"), "there never was a version 77 of inbox"),
        ],
    )
    async def test_what_is_not_there_or_in_use(
        self, operator: Operator, arguments: tuple[str, ...], sentence: str
    ) -> None:
        assert sentence in await operator.refused(*arguments)

    @pytest.mark.usefixtures("tidy", "long_log")
    async def test_two_at_once(self, operator: Operator) -> None:
        version = await killed_half_way(operator, "timeline")
        first = operator.start("rebuild", "timeline", "--rate", "5000")
        try:
            await asyncio.to_thread(until_locked, operator)
            assert "somebody else is at work on timeline" in await operator.refused("rebuild", "timeline")
            assert "somebody else" in await operator.refused("drop", "timeline", str(version))
        finally:
            first.send_signal(signal.SIGINT)
            first.communicate()

    @pytest.mark.usefixtures("tidy")
    async def test_a_part_of_the_log_is_not_read(self, operator: Operator, alice: Person, bob: Person) -> None:
        conversation_id = (await alice.send(bob)).conversation_id
        built = await operator.said("rebuild", "timeline", "--conversation", conversation_id)
        assert "holds only a part of the log" in await operator.refused("switch", "timeline", str(built["version"]))

    async def test_a_dry_run_changes_nothing(self, operator: Operator) -> None:
        before = await operator.said("list")
        planned = await operator.said("rebuild", "timeline", "--dry-run")
        assert planned["dry_run"]
        assert before == await operator.said("list")

    async def test_no_store(self, operator: Operator) -> None:
        operator.environment["BACKCHANNEL_POSTGRES_DSN"] = "postgresql://nobody@127.0.0.1:1/nothing"
        assert "a store did not answer" in await operator.refused("list")


def until_locked(operator: Operator) -> None:
    with psycopg.connect(operator.dsn) as connection:
        deadline = time.monotonic() + PATIENCE_SECONDS
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1886547818"
        while connection.execute(query).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.1)
