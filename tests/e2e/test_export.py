"""`backchannel export` on the whole system, over a log of more than a hundred thousand records."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
import pytest

from infra.local.stack import Stack
from infra.operator.exports.columns import records as records_of
from infra.operator.exports.manifest import Manifest, decode
from infra.stores.export_places import Folder
from infra.stores.exports import Exports
from infra.stores.log_reading import LogReader, Record
from schemas.topics import CONVERSATION_EVENTS
from tests.e2e.command_line import Run, command_line, done, fault, on_a_full_disk
from tests.e2e.people import Person
from tests.e2e.trial_topics import TrialTopic
from tests.infra.stores.connecting import postgres_of
from tests.long_log import LongLog, settings_of

EVENTS = CONVERSATION_EVENTS.name
KILLED = -signal.SIGKILL
STEPS = ("export.put", "export.named")


@pytest.fixture
def backchannel(system: Stack) -> Run:
    return command_line(system)


@pytest.fixture(scope="module")
def whole(system: Stack, long_log: LongLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The long log's events, exported without a break."""
    folder = tmp_path_factory.mktemp("whole")
    done(command_line(system)("export", EVENTS, "--to", str(folder)))
    return folder


@pytest.fixture
def trial(system: Stack) -> Iterator[TrialTopic]:
    with TrialTopic.made(settings_of(system).kafka_bootstrap) as topic:
        yield topic


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All that an export is, by its names."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def manifest_of(folder: Path) -> Manifest:
    return decode((folder / "manifest.json").read_bytes())


def stored(folder: Path, topic: str = EVENTS) -> Iterator[Record]:
    for file in manifest_of(folder).files:
        if file.topic == topic:
            for rows in pq.ParquetFile(folder / file.name).iter_batches():
                yield from records_of(topic, rows)


class TestLog:
    def test_exactly_its_records(self, backchannel: Run, system: Stack, long_log: LongLog, whole: Path) -> None:
        done(backchannel("export", EVENTS, "--to", str(whole)))
        reader, exported, count = LogReader(settings_of(system).kafka_bootstrap), stored(whole), 0
        for span in reader.spans(CONVERSATION_EVENTS):
            for run in reader.runs(span):
                for record in run:
                    assert record == next(exported)
                    count += 1
        assert next(exported, None) is None
        assert count >= long_log.records

    @pytest.mark.parametrize("step", STEPS)
    def test_goes_on_after_a_crash(
        self, backchannel: Run, system: Stack, whole: Path, tmp_path: Path, step: str
    ) -> None:
        """The second piece dies at this step: what comes of it is the same, byte for byte, as without a break."""
        killing = command_line(system, BACKCHANNEL_FAULT=f"{step}:kill:2")
        assert KILLED == killing("export", EVENTS, "--to", str(tmp_path)).returncode
        kept = manifest_of(tmp_path).files
        assert 1 <= len(kept) < len(manifest_of(whole).files)
        for folder in (whole, tmp_path):
            done(backchannel("export", EVENTS, "--to", str(folder)))
        assert bytes_of(whole) == bytes_of(tmp_path)

    async def test_adds_what_has_come_since(
        self, backchannel: Run, whole: Path, tmp_path: Path, alice: Person, bob: Person
    ) -> None:
        sent = await alice.send(bob, "a secret")
        told = json.loads(done(backchannel("export", EVENTS, "--to", str(whole), "--json")))
        assert told["added"][EVENTS] >= 1
        (record,) = [
            one for one in stored(whole) if sent.message_id.encode() in one.value and b"MessageSent" in one.value
        ]
        assert b"a secret" not in record.value
        done(backchannel("export", EVENTS, "--to", str(tmp_path)))
        assert bytes_of(whole) == bytes_of(tmp_path)

    def test_nothing_new(self, backchannel: Run, whole: Path) -> None:
        done(backchannel("export", EVENTS, "--to", str(whole)))
        before = bytes_of(whole)
        assert f"{EVENTS}: 0 added" in done(backchannel("export", EVENTS, "--to", str(whole)))
        assert before == bytes_of(whole)

    async def test_is_known_to_who_erases_people(
        self, backchannel: Run, system: Stack, alice: Person, tmp_path: Path
    ) -> None:
        for _ in range(2):
            done(backchannel("export", "account.events", "--to", str(tmp_path)))
        async with postgres_of(settings_of(system)) as postgres:
            found = await Exports(postgres).concerning(alice.user_id)
        assert [("account.events", None)] == [(one.what, one.user_id) for one in found if one.place == str(tmp_path)]

    def test_dry_run(self, backchannel: Run, long_log: LongLog, tmp_path: Path) -> None:
        folder = tmp_path / "nothing"
        told = json.loads(done(backchannel("export", EVENTS, "--to", str(folder), "--dry-run", "--json")))
        assert told[EVENTS] >= long_log.records
        assert not folder.exists()


class TestBucket:
    def test_the_same_as_a_folder(self, backchannel: Run, whole: Path) -> None:
        url = f"s3://backchannel-exports/{uuid4()}"
        for place in (str(whole), url):
            done(backchannel("export", EVENTS, "--to", place))
        assert "0 faults" in done(backchannel("export", "--check", "--to", url))
        sql = "SELECT count(*), max(log_offset), sum(hash(value)) FROM conversation_events"
        here, there = (done(backchannel("query", sql, "--from", place)) for place in (str(whole), url))
        assert here == there

    def test_nobody_knows_at_once_that_another_has_died(self, backchannel: Run, system: Stack) -> None:
        here = ("export", "presence.leases", "--to", f"s3://backchannel-exports/{uuid4()}")
        assert KILLED == command_line(system, BACKCHANNEL_FAULT="export.put:kill")(*here).returncode
        assert "another export works at" in fault(backchannel(*here))


class TestViews:
    def test_as_the_log_says(self, backchannel: Run, whole: Path) -> None:
        """Each event with a seq has its row, each conversation the head that the log gave it last, and nothing is
        there besides."""
        views = ("timeline", "receipts", "inbox", "memberships")
        told = json.loads(done(backchannel("export", EVENTS, *views, "--to", str(whole), "--json")))
        assert {"timeline", "receipts", "inbox_conversations", "inbox_members", "memberships"} < set(told["added"])
        logged = "(SELECT conversation_id, seq, type FROM conversation_events WHERE seq IS NOT NULL)"
        heads = "(SELECT conversation_id, max(seq) AS head_seq FROM conversation_events WHERE seq > 0 GROUP BY ALL)"
        for one, other in (
            ("(SELECT conversation_id, seq, type FROM timeline)", logged),
            ("(SELECT conversation_id, head_seq FROM inbox_conversations)", heads),
        ):
            for left, right in ((one, other), (other, one)):
                sql = f"SELECT count(*) AS count FROM (FROM {left} EXCEPT FROM {right})"  # noqa: S608 — constants
                assert {"count": 0} == json.loads(done(backchannel("query", sql, "--from", str(whole), "--json")))
        assert "0 faults" in done(backchannel("export", "--check", "--to", str(whole)))

    def test_replaced_by_the_next(self, backchannel: Run, tmp_path: Path) -> None:
        for _ in range(2):
            done(backchannel("export", "memberships", "--to", str(tmp_path)))
        assert 1 == len(list(tmp_path.rglob("*.parquet")))


class TestAnalyses:
    def test_what_was_appended(self, backchannel: Run, long_log: LongLog, whole: Path) -> None:
        """The parts of the answers that the long log alone decides, whoever wrote besides."""

        def answer(name: str) -> list[dict[str, Any]]:
            told = done(backchannel("query", "--analysis", name, "--from", str(whole), "--json"))
            return [json.loads(line) for line in told.splitlines()]

        groups = [one for one in long_log.conversations if one.is_group]
        mine = {one.conversation_id for one in groups}
        busiest = [one for one in answer("busiest-groups") if one["conversation_id"] in mine]
        assert [len(one.messages) for one in groups] == [one["messages"] for one in busiest]
        assert {len(groups[0].members)} == {one["members"] for one in busiest} == {one["senders"] for one in busiest}
        assert sum(one["messages"] for one in answer("messages-a-day")) >= long_log.messages
        assert max(one["active"] for one in answer("active-users")) >= len(
            {member.user_id for one in long_log.conversations for member in one.members}
        )
        read = {one["kind"]: one for one in answer("read-rates")}
        others = sum(len(one.messages) * (len(one.members) - 1) for one in groups)
        assert read["group"]["receptions"] >= others
        assert 0 < read["group"]["read_rate"] <= 1
        assert all(0 <= one["p50_ms"] <= one["p99_ms"] <= one["max_ms"] for one in answer("delivery-latency"))


class TestRefused:
    def test_a_topic_that_is_not_there(self, backchannel: Run, tmp_path: Path) -> None:
        assert "there is no topic or live view 'no.such'" in fault(
            backchannel("export", "no.such", "--to", str(tmp_path))
        )

    @pytest.mark.parametrize("arguments", [(), (EVENTS, "--check")])
    def test_wrong_use(self, backchannel: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        assert 2 == backchannel("export", *arguments, "--to", str(tmp_path)).returncode

    async def test_two_at_once(self, backchannel: Run, tmp_path: Path) -> None:
        async with Folder(tmp_path).locked():
            assert "another export works at" in fault(backchannel("export", EVENTS, "--to", str(tmp_path)))

    def test_a_full_disk(self, backchannel: Run, system: Stack, whole: Path, tmp_path: Path) -> None:
        """What was there stays whole, and it goes on once there is room."""
        done(backchannel("export", "presence.leases", "--to", str(tmp_path)))
        before = manifest_of(tmp_path).files
        told = fault(on_a_full_disk(system)("export", EVENTS, "--to", str(tmp_path)))
        assert "File too large; what the manifest names is whole" in told
        assert before == manifest_of(tmp_path).files
        assert "0 faults" in done(backchannel("export", "--check", "--to", str(tmp_path)))
        done(backchannel("export", EVENTS, "--to", str(tmp_path)))

    def test_damage(self, backchannel: Run, tmp_path: Path) -> None:
        done(backchannel("export", "presence.leases", "--to", str(tmp_path)))
        (file,) = tmp_path.rglob("*.parquet")
        file.write_bytes(file.read_bytes().replace(b"gateway", b"GATEWAY", 1))
        assert "its SHA-256 is not that of the manifest" in fault(
            backchannel("export", "--check", "--to", str(tmp_path))
        )

    def test_no_broker(self, system: Stack, tmp_path: Path) -> None:
        nowhere = command_line(system, BACKCHANNEL_KAFKA_BOOTSTRAP="127.0.0.1:1")
        assert "a store did not answer" in fault(nowhere("export", EVENTS, "--to", str(tmp_path)))


class TestRetention:
    def test_a_range_that_the_log_has_lost(self, backchannel: Run, trial: TrialTopic, tmp_path: Path) -> None:
        here = ("export", trial.name, "--to", str(tmp_path))
        trial.append(5)
        done(backchannel(*here))
        trial.append(5)
        trial.forget(before=3)  # of an open range that is there
        done(backchannel(*here))
        trial.append(5)
        trial.forget(before=12)  # of what is not there yet
        assert f"{trial.name}/0: offsets 10 to 11 are no longer kept" in fault(backchannel(*here))
        assert 10 == len(list(stored(tmp_path, trial.name)))
        done(backchannel(*here, "--accept-gap"))
        assert [*range(10), 12, 13, 14] == [record.offset for record in stored(tmp_path, trial.name)]
        assert "0 faults" in done(backchannel("export", "--check", "--to", str(tmp_path)))

    def test_another_log(self, backchannel: Run, system: Stack, trial: TrialTopic, tmp_path: Path) -> None:
        """A topic that was deleted and made again is not the one that was exported."""
        trial.append(5)
        done(backchannel("export", trial.name, "--to", str(tmp_path)))
        trial.make_again()
        assert "of another log" in fault(backchannel("export", trial.name, "--to", str(tmp_path)))
