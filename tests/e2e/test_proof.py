"""Operators prove that views agree with the log, and versions with each other; and mend what does not."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from infra.local.places import ROOT, VENV_PYTHON
from infra.local.stack import Stack
from infra.operator.cli import app
from infra.operator.proof.diffing import compare_versions
from infra.operator.proof.horizon import Horizon
from infra.operator.proof.log import EventLog
from infra.operator.proof.report import Report
from infra.operator.proof.settling import Settling
from infra.operator.proof.stored import Stores, connected
from infra.operator.proof.verifying import Wish, verify_views
from infra.stores.log_reading import LogReader
from infra.stores.projections import NAMES, SCRATCH, Version
from schemas.codec import decode_event
from schemas.events import TimelineEvent
from schemas.times import milliseconds
from tests.e2e.people import Person
from tests.e2e.planting import EXTRA, PLANTED, Planted, receipt_of, timeline_row_missing
from tests.e2e.rebuilt import rebuilt
from tests.infra.stores.connecting import object_settings_of
from tests.long_log import Long, LongLog, append_talk, settings_of

MESSAGES_MEANWHILE_SECONDS = 0.02


@pytest.fixture
async def views(system: Stack) -> AsyncIterator[Stores]:
    async with connected(settings_of(system), object_settings_of(system)) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def reports(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


Command = Callable[..., Awaitable[Done]]


@pytest.fixture
def backchannel(system: Stack) -> Command:
    """The command line, beside the system under test, while the test goes on."""

    async def run(*arguments: str) -> Done:
        process = await asyncio.create_subprocess_exec(
            str(VENV_PYTHON), "-m", "infra.operator", *arguments,
            cwd=ROOT, env={**os.environ, **system.environment()},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    return run


@pytest.fixture(scope="module")
def long(system: Stack) -> Long:
    """A direct conversation of two thousand messages, of which some were edited, deleted and reacted to.

    None of the long log's: rows that were in the archive and came back are not mended in place.
    """
    return asyncio.run(append_talk(system))


async def verified(views: Stores, long: Long, name: str, *, repairs: bool = False) -> Report:
    (report,) = await verify_views(views, Wish([name], conversation_id=long.conversation_id, repairs=repairs))
    return report


class TestWhole:
    async def test_all_views_agree_with_the_log_while_people_write(
        self, backchannel: Command, long_log: LongLog, alice: Person, bob: Person
    ) -> None:
        """Rows that other tests wrote into stores alone are in conversations that the log does not know."""
        proving = asyncio.ensure_future(backchannel("verify", "--json"))
        while not proving.done():
            await alice.send(bob, "meanwhile")
            await asyncio.sleep(MESSAGES_MEANWHILE_SECONDS)
        done = await proving
        assert {0, 1, 3} >= {done.code}, done.err
        assert list(NAMES) == sorted((one["view"] for one in done.reports), key=NAMES.index)
        for one in done.reports:
            assert (0, 0, 0) == (one["missing"], one["different"], one["extra"] - one["unknown"]), one
            assert one["unjudged"] <= 1  # that in which they write
            assert one["conversations"] >= len(long_log.conversations)
        rows = {one["view"]: one["equal"] for one in done.reports}
        assert rows["timeline"] >= long_log.messages

    async def test_a_sample_is_a_part(self, views: Stores, long_log: LongLog) -> None:
        counts = [(await verify_views(views, Wish(["memberships"], sample=share)))[0].equal for share in (0.25, 1.0)]
        assert 0 <= counts[0] < counts[1]
        assert len(long_log.conversations) <= counts[1]

    async def test_partitions_are_the_whole(self, views: Stores, long_log: LongLog) -> None:
        counts = [(await verify_views(views, Wish(["memberships"], partition)))[0].equal for partition in range(4)]
        assert all(counts)
        assert sum(counts) >= len(long_log.conversations)


class TestPlanted:
    @pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one.view}-{one.plant.__name__}")
    async def test_found_with_its_place_and_repaired(self, views: Stores, long: Long, planted: Planted) -> None:
        view = planted.view
        await planted.plant(views, UUID(long.conversation_id))
        found = await verified(views, long, view)
        assert (planted.counts, planted.fields) == ((found.missing, found.extra, found.different), found.fields)
        (example,) = found.examples
        if planted.counts != EXTRA:
            self.check_place(views, example.place, example.key)
        mended = await verified(views, long, view, repairs=True)
        assert (0, 1) == (mended.differing, mended.repaired)

    @staticmethod
    def check_place(views: Stores, place: str | None, key: Any) -> None:
        """The event is the one that made the row."""
        assert place is not None
        topic, _, where = place.partition("/")
        partition, _, offset = where.partition("@")
        record = LogReader(views.settings.kafka_bootstrap).one(topic, int(partition), int(offset))
        assert record is not None
        event = decode_event(record.value)
        if isinstance(event, TimelineEvent) and "seq" in key:
            assert key["seq"] == event.seq

    async def test_memberships_are_found_and_left_to_a_rebuild(self, views: Stores, long: Long) -> None:
        here = f"WHERE conversation_id = {long.conversation_id}"
        before, at = (
            await views.cassandra.execute(f"SELECT members, WRITETIME(members) FROM memberships_1 {here}")  # noqa: S608
        )[0]
        write = f"UPDATE memberships_1 USING TIMESTAMP {{}} SET members = 0x{{}} {here}"  # noqa: S608
        await views.cassandra.execute(write.format(at + 1, "90"))
        try:
            found = await verified(views, long, "memberships", repairs=True)
            assert (1, 0) == (found.differing, found.repaired)
        finally:
            await views.cassandra.execute(write.format(at + 2, before.hex()))
        assert 0 == (await verified(views, long, "memberships")).differing

    async def test_by_the_command_line(self, backchannel: Command, views: Stores, long: Long) -> None:
        await timeline_row_missing(views, UUID(long.conversation_id), seq=11)
        this = ("verify", "timeline", "--conversation", long.conversation_id)
        done = await backchannel(*this, "--repair", "--dry-run")
        assert 3 == done.code
        assert "timeline-1 against log: 1 rows missing, 0 extra, 0 different" in done.out
        assert "conversation.events/" in done.out
        done = await backchannel(*this, "--repair")
        assert (0, "") == (done.code, done.err)
        assert "1 rows were repaired" in done.out


class TestScratch:
    async def test_what_a_crash_left_is_swept(self, views: Stores, long: Long) -> None:
        left = await views.projections.add("inbox", SCRATCH)
        assert 0 == (await verified(views, long, "inbox")).differing
        assert [] == await views.projections.scratches()
        async with views.postgres.connection() as connection:
            cursor = await connection.execute("SELECT to_regnamespace(%s)", (f"inbox_{left.version}",))
            assert (None,) == await cursor.fetchone()


async def live(views: Stores, name: str) -> Version:
    return next(one for one in await views.projections.all(name) if one.state == "live")


class TestDiff:
    @pytest.mark.parametrize("name", NAMES)
    async def test_a_rebuilt_conversation_is_equal(self, views: Stores, long: Long, name: str) -> None:
        scope = f"conversation:{long.conversation_id}"
        async with rebuilt(views, name, scope, long.conversation_id) as version:
            report = await compare_versions(views, version, await live(views, name))
        assert 0 == report.differing
        assert report.equal >= 1
        assert report.wanted_sha256 == report.found_sha256

    async def test_the_whole_log(self, backchannel: Command, views: Stores, long_log: LongLog) -> None:
        async with rebuilt(views, "receipts") as version:
            done = await backchannel("projection", "diff", "receipts", "--json")
            (report,) = done.reports
            assert (version.version, "receipts-1") == (report["version"], report["against"])
            assert (0, 0) == (report["missing"], report["different"])
            assert report["equal"] >= 90_000

            here, at = await receipt_of(views, UUID(long_log.conversations[0].conversation_id))
            write = f"UPDATE receipts_{version.version} USING TIMESTAMP {at + 1} SET at_ms = 1 {here}"  # noqa: S608
            await views.cassandra.execute(write)
            this = ("--conversation", long_log.conversations[0].conversation_id)
            done = await backchannel("projection", "diff", "receipts", str(version.version), *this)
            assert 3 == done.code
            assert "1 rows differ in receipts.at_ms" in done.out
            assert "conversation.events/" in done.out

    async def test_since_a_time(self, views: Stores, long: Long) -> None:
        """What is older is not compared: it has none of it."""
        since_ms = milliseconds(long.messages[1500].sent_at)
        async with rebuilt(views, "timeline", f"since:{since_ms}", long.conversation_id) as version:
            for bucket in range(3):
                await views.cassandra.execute(
                    f"DELETE FROM timeline_{version.version} USING TIMESTAMP {1 << 53}"  # noqa: S608
                    f" WHERE conversation_id = {long.conversation_id} AND bucket = {bucket}"
                )
            report = await compare_versions(views, version, await live(views, "timeline"), long.conversation_id)
        assert 0 == report.differing
        assert 400 <= report.equal < 1_900


class TestSettling:
    async def test_what_the_log_got_meanwhile_is_looked_for(self, views: Stores, long: Long) -> None:
        """Of a conversation of which nothing was known, all is found."""
        log = EventLog(views.settings.kafka_bootstrap)
        timeline, starts = views.view(await live(views, "timeline")), await log.starts()
        settling = Settling(log, Horizon(views, log), timeline, timeline, lambda rows: rows)
        settled, _ = await settling.settle({long.conversation_id: set()}, {}, starts)
        one = settled[long.conversation_id]
        assert [] == one.differences
        assert len(one.found) > len(long.messages)


@pytest.fixture
def said(system: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Exit code, output and complaint of a command, in this process."""
    for name, value in {**system.environment(), "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, arguments)
        return done.exit_code, done.stdout, done.stderr

    return run


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "code", "sentence"),
        [
            (("verify", "nothing"), 2, "there is no projection 'nothing'"),
            (("verify", "--sample", "much"), 2, "is no share"),
            (("verify", "--partition", "99"), 2, "the log has 4 partitions"),
            (("verify", "--conversation", "alice"), 2, "is not an id"),
            (("verify", "--conversation", str(uuid4())), 1, "the log has no conversation"),
            (("projection", "diff", "nothing"), 1, "there is no projection 'nothing'"),
            (("projection", "diff", "timeline"), 1, "there is no version of timeline but the live one"),
            (("projection", "diff", "timeline", "99"), 1, "there is no version 99 of timeline; there are 1"),
            (("projection", "diff", "timeline", "1"), 1, "timeline-1 is always like itself"),
        ],
    )
    def test_a_sentence(
        self, said: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], code: int, sentence: str
    ) -> None:
        ended, out, complaint = said(*arguments)
        assert (code, "") == (ended, out)
        assert sentence in complaint

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("KAFKA_BOOTSTRAP", "127.0.0.1:1"),
            ("CASSANDRA_PORT", "1"),
            ("POSTGRES_DSN", "postgresql://nobody@127.0.0.1:1/nothing"),
        ],
    )
    def test_a_store_is_away(
        self, said: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(f"BACKCHANNEL_{name}", value)
        ended, out, complaint = said("verify")
        assert (1, "") == (ended, out)
        assert "a store did not answer" in complaint
