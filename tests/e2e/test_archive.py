"""The archive, seen from outside: nobody can tell whether a message is in it."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from clients.python import ApiError
from clients.python.frames import AnyTimelineEvent, MessageDeleted, MessageEdited, MessageSent, ReactionSet
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.stack import Stack
from infra.stores.cassandra import Cassandra
from infra.stores.faults import until_available
from infra.stores.objects import Objects
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from streams.archive.archiver import CONTENT_TYPE
from tests.e2e.commands import delete_message, edit_message, set_reaction
from tests.e2e.line import Lines
from tests.e2e.people import LOOK_SECONDS, People, Person, shown
from tests.infra.stores.connecting import object_settings_of, settings_of

MESSAGES = 280  # more than a bucket
PAGE = 50
LONG, LONG_CHARACTERS = 120, 4_000
ARCHIVED_SECONDS = 60


async def operator(system: Stack, *arguments: str) -> Any:
    """What `backchannel archive …` says. Raises AssertionError if it fails."""
    return await command(system, "archive", *arguments)


async def command(system: Stack, *arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        str(VENV_PYTHON), "-m", "infra.operator", *arguments, "--json",
        cwd=ROOT, env={**os.environ, **system.environment()},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:]
    return json.loads(out)


async def archive(system: Stack, people: People, workers: int = 1) -> int:
    """Everything that was said until now, in any conversation; how many rows that were."""
    bystander, other = await people.pair()
    last = await bystander.send(other, "the log goes on")
    await shown(bystander, last.conversation_id, last.seq)
    async with asyncio.timeout(ARCHIVED_SECONDS):
        while True:
            try:
                options = ("--once", "--after-days", "0", "--workers", str(workers))
                return int((await operator(system, "run", *options))["rows"])
            except AssertionError:  # the timeline is behind what other tests do
                await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def spoiled(system: Stack, keys: list[str]) -> AsyncIterator[None]:
    """While these objects hold something else."""
    settings = object_settings_of(system)
    objects, bucket = Objects(settings), settings.archive_bucket
    before = {key: await objects.get(bucket, key) for key in keys}
    for key in keys:
        await objects.put(bucket, key, b"no segment", content_type=CONTENT_TYPE)
    try:
        yield
    finally:
        for key, data in before.items():
            await objects.put(bucket, key, data, content_type=CONTENT_TYPE)
        await objects.close()


class Talk:
    """A conversation of two in which something became of messages."""

    def __init__(self, alice: Person, bob: Person, first: MessageSent, head_seq: int) -> None:
        self.alice, self.bob = alice, bob
        self.first = first
        self.conversation_id = first.conversation_id
        self.head_seq = head_seq

    @classmethod
    async def begin(cls, people: People) -> "Talk":
        alice, bob = await people.pair()
        first = await alice.send(bob, "first")
        await alice.send_many(bob, MESSAGES)
        await alice.do(MessageEdited, edit_message(first, "first, edited"))
        await bob.do(ReactionSet, set_reaction(first))
        last = await alice.send(bob, "deleted")
        head = await alice.do(MessageDeleted, delete_message(last))
        await shown(alice, first.conversation_id, head.seq)
        return cls(alice, bob, first, head.seq)

    async def backwards(self) -> list[tuple[AnyTimelineEvent, ...]]:
        """All pages from the newest on, by the message or the seq that the last began with."""
        pages, before = list[tuple[AnyTimelineEvent, ...]](), None
        while True:
            page = await self.bob.api.timeline(self.conversation_id, before=before, limit=PAGE)
            pages.append(page.events)
            if not page.has_more:
                return pages
            begin = page.events[0]
            before = begin.message_id if isinstance(begin, MessageSent) else begin.seq

    async def forwards(self) -> list[tuple[AnyTimelineEvent, ...]]:
        """All pages from the first message's time on."""
        pages, after = list[tuple[AnyTimelineEvent, ...]](), self.first.at
        while True:
            page = await self.bob.api.timeline(self.conversation_id, after=after, limit=PAGE)
            pages.append(page.events)
            if not page.has_more:
                return pages
            after = page.events[-1].seq  # type: ignore[assignment]

    async def everything(self) -> object:
        return await self.backwards(), await self.forwards()

    async def message(self, seq: int) -> MessageSent:
        (event,) = (await self.bob.api.timeline(self.conversation_id, before=seq + 1, limit=1)).events
        assert isinstance(event, MessageSent)
        return event


class TestReading:
    @pytest.mark.parametrize("workers", [1, 2])
    async def test_every_page_is_as_before(self, system: Stack, people: People, workers: int) -> None:
        talk = await Talk.begin(people)
        before = await talk.everything()
        assert talk.head_seq <= await archive(system, people, workers)
        assert before == await talk.everything()

    async def test_over_the_border(self, system: Stack, people: People) -> None:
        talk = await Talk.begin(people)
        await archive(system, people)
        await talk.alice.send_many(talk.bob, 20)
        await shown(talk.bob, talk.conversation_id, talk.head_seq + 20)
        backwards, forwards = await talk.backwards(), await talk.forwards()
        seqs = [event.seq for page in reversed(backwards) for event in page]
        assert list(range(1, talk.head_seq + 21)) == seqs
        assert [event for page in reversed(backwards) for event in page][-PAGE:] == list(backwards[0])
        assert {event.seq: event for page in forwards for event in page}.items() <= {
            event.seq: event for page in backwards for event in page
        }.items()

    async def test_a_device_that_comes_back_with_cursors_from_before(
        self, system: Stack, people: People, lines: Lines
    ) -> None:
        talk = await Talk.begin(people)
        epoch = (await lines.hello(talk.bob)).welcome.epoch
        cursors = {talk.conversation_id: 3}
        before = (await lines.hello(talk.bob, cursors, epoch)).events
        await archive(system, people)
        opened = await lines.hello(talk.bob, cursors, epoch)
        assert (True, before) == (opened.synced.recovered, opened.events)
        assert list(range(4, talk.head_seq + 1)) == [event.seq for event in opened.events]


class TestLater:
    async def test_archived_messages_are_still_reacted_to_edited_and_deleted(
        self, system: Stack, people: People
    ) -> None:
        talk = await Talk.begin(people)
        await archive(system, people)
        two, three, four = [await talk.message(seq) for seq in (2, 3, 4)]
        await talk.bob.do(ReactionSet, set_reaction(two, "❤️"))
        await talk.alice.do(MessageEdited, edit_message(three, "edited late"))
        gone = await talk.alice.do(MessageDeleted, delete_message(four))
        for _ in range(2):  # laid over what is archived; then absorbed by it
            await shown(talk.bob, talk.conversation_id, gone.seq)
            two, three, four = [await talk.message(seq) for seq in (2, 3, 4)]
            assert [(talk.bob.user_id, "❤️")] == [(one.user_id, one.emoji) for one in two.reactions]
            assert ("edited late", True) == (three.text, three.edited_at is not None)
            assert (True, None) == (four.is_deleted, four.text)
            await archive(system, people)

    async def test_explained_as_the_log_says(self, system: Stack, people: People) -> None:
        """The one that was edited, and the one that was deleted, of which the archive has no body."""
        talk = await Talk.begin(people)
        await archive(system, people)
        for seq in (1, talk.head_seq - 1):
            story = await command(system, "explain", (await talk.message(seq)).message_id)
            (row,) = [one for one in story["rows"] if one["view"] == "timeline"]
            assert row["agrees"], row

    async def test_message_info(self, system: Stack, people: People) -> None:
        talk = await Talk.begin(people)
        before = await talk.alice.api.receipts(talk.conversation_id, talk.first.message_id)
        await archive(system, people)
        assert before == await talk.alice.api.receipts(talk.conversation_id, talk.first.message_id)


@contextmanager
def agent(system: Stack) -> Iterator[None]:
    """An agent that archives what is older than a moment, and writes segments anew at once."""
    own = {"AFTER_DAYS": "0", "EVERY_SECONDS": "0.5", "REWRITE_SECONDS": "0", "GRACE_SECONDS": "5"}
    environment = {**os.environ, **system.environment()}
    environment |= {f"BACKCHANNEL_ARCHIVE_{name}": value for name, value in own.items()}
    with system.log("archive").open("w") as log:
        process = subprocess.Popen(
            [str(VENV_PYTHON), "-m", "streams", "archive"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0, system.log("archive").read_text()[-2000:]


class TestAgent:
    async def test_archives_and_absorbs_deletions_while_people_talk(self, system: Stack, people: People) -> None:
        talk = await Talk.begin(people)
        two = await talk.message(2)
        with agent(system):
            await talk_until_archived(system, talk)
            gone = await talk.alice.do(MessageDeleted, delete_message(two))
            async with asyncio.timeout(ARCHIVED_SECONDS):
                while not any(one["replaces"] for one in await operator(system, "list")):
                    await talk.alice.send(talk.bob, "on and on")
            last = await talk.alice.send(talk.bob, "the last")
            await shown(talk.bob, talk.conversation_id, last.seq)
            seqs = [event.seq for page in reversed(await talk.backwards()) for event in page]
            assert list(range(1, last.seq + 1)) == seqs
            assert (await talk.message(2)).is_deleted
        assert gone.seq < last.seq


async def talk_until_archived(system: Stack, talk: Talk) -> None:
    """Until the conversation's first bucket is not in Cassandra any more."""
    settings = settings_of(system, StoreSettings)
    cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
    try:
        timeline = await Timeline.prepare(cassandra, fixed(1), is_one_replica_set=True)
        async with asyncio.timeout(ARCHIVED_SECONDS):
            while await timeline.read(talk.conversation_id, 1, 1):
                await talk.alice.send(talk.bob, "on and on")
    finally:
        await cassandra.close()


class TestObjectStoreAway:
    async def test_what_needs_it_is_unavailable_and_nothing_else(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        sent = [await alice.send(bob, "x" * LONG_CHARACTERS) for _ in range(LONG)]  # several blocks
        conversation_id = sent[0].conversation_id
        await archive(system, people)
        await alice.send_many(bob, 20)
        await shown(bob, conversation_id, LONG + 20)
        system.stop("objects")
        try:
            page = await bob.api.timeline(conversation_id, limit=20)
            assert list(range(LONG + 1, LONG + 21)) == [event.seq for event in page.events]
            with pytest.raises(ApiError) as away:
                await bob.api.timeline(conversation_id, before=20)  # a block that was not read before
            assert (503, "unavailable") == (away.value.status, away.value.code)
            assert away.value.retry_after_seconds is not None
        finally:
            system.start("objects")
            system.wait_ready("objects")
        assert 19 == len((await bob.api.timeline(conversation_id, before=20)).events)


class TestOperator:
    async def test_segments_are_listed_verified_and_restored(self, system: Stack, people: People) -> None:
        talk = await Talk.begin(people)
        before = await talk.everything()
        await archive(system, people)
        done = [one for one in await operator(system, "list") if one["state"] == "done"]
        assert sum(one["rows"] for one in done) >= talk.head_seq
        assert (await operator(system, "status"))["segments"]["done"] == len(done)
        ids, rows = [one["segment"] for one in done], sum(one["rows"] for one in done)
        numbers = [str(one) for one in ids]
        assert {"segments": ids, "rows": rows} == await operator(system, "verify", *numbers)
        assert rows <= (await operator(system, "verify"))["rows"]
        planned = await operator(system, "restore", *numbers, "--dry-run")
        assert planned["rows"] == (await operator(system, "restore", *numbers))["rows"]
        assert before == await talk.everything()
        assert "done" not in (await operator(system, "status"))["segments"]
        async with spoiled(system, [one["object"] for one in done[:2]]):
            with pytest.raises(AssertionError) as said:
                await operator(system, "verify", *numbers)
        assert done[:2] == [one for one in done if f"segment {one['segment']}: " in str(said.value)]
