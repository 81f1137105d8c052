"""`backchannel replay` on the whole system: old records in a topic where nobody acts on them."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Stack
from infra.stores.log_copying import origin_of
from infra.stores.log_reading import LogReader, Record
from schemas.topics import CONVERSATION_EVENTS, Topic
from tests.e2e.command_line import Run, command_line, done, fault
from tests.e2e.trial_topics import TrialTopic
from tests.long_log import LongLog, settings_of

EVENTS = CONVERSATION_EVENTS.name
KILLED = -signal.SIGKILL


@pytest.fixture
def backchannel(system: Stack) -> Run:
    return command_line(system)


@pytest.fixture
def reader(system: Stack, long_log: LongLog) -> LogReader:
    return LogReader(settings_of(system).kafka_bootstrap)


@pytest.fixture
def target(system: Stack) -> Iterator[TrialTopic]:
    """It is not there; the replay makes it."""
    topic = TrialTopic(settings_of(system).kafka_bootstrap)
    yield topic
    topic.delete()


def records(reader: LogReader, topic: Topic, partition: int) -> list[Record]:
    (span,) = reader.spans(topic, partitions=[partition])
    return [record for run in reader.runs(span) for record in run]


def copies(reader: LogReader, target: TrialTopic, partition: int = 0) -> list[Record]:
    return records(reader, Topic(target.name, "", (), 4, -1), partition)


def what(found: list[Record]) -> list[tuple[object, ...]]:
    return [(one.at_ms, one.key, one.value) for one in found]


class TestTopic:
    def test_each_record_once_also_after_a_crash(
        self, system: Stack, reader: LogReader, target: TrialTopic, backchannel: Run
    ) -> None:
        here = ("replay", EVENTS, "--to", target.name, "--partition", "2", "--to-offset", "20000")
        assert KILLED == command_line(system, BACKCHANNEL_FAULT="replay.copied:kill:9000")(*here).returncode
        before = len(copies(reader, target, 2))
        assert before < 9_000
        told = json.loads(done(backchannel(*here, "--json")))
        assert {"copied": 20_000 - before, "passed_over": before, "to": target.name, "dry_run": False} == told
        assert what(records(reader, CONVERSATION_EVENTS, 2)[:20_000]) == what(copies(reader, target, 2))
        assert "0 records copied" in done(backchannel(*here))

    def test_says_where_each_was(self, reader: LogReader, target: TrialTopic, backchannel: Run) -> None:
        done(
            backchannel("replay", EVENTS, "--to", target.name, "--partition", "0", "--from-offset", "7", "--limit", "3")
        )
        found = copies(reader, target)
        assert [(EVENTS, 7), (EVENTS, 8), (EVENTS, 9)] == [origin_of(one) for one in found]
        original = records(reader, CONVERSATION_EVENTS, 0)[7]
        assert list(original.headers) == list(found[0].headers)[: len(original.headers)]

    def test_all_partitions_of_a_time(self, reader: LogReader, target: TrialTopic, backchannel: Run) -> None:
        first, last = records(reader, CONVERSATION_EVENTS, 1)[0], records(reader, CONVERSATION_EVENTS, 1)[-1]
        assert last.at_ms > first.at_ms
        told = done(backchannel("replay", EVENTS, "--to", target.name, "--since", "7d", "--limit", "4000"))
        assert "4,000 records copied" in told
        assert 4_000 == sum(len(copies(reader, target, partition)) for partition in range(4))

    def test_dry_run(self, backchannel: Run, reader: LogReader, target: TrialTopic) -> None:
        told = done(backchannel("replay", EVENTS, "--to", target.name, "--limit", "5", "--dry-run"))
        assert "5 records would be copied" in told
        assert reader.partitions(target.name) is None
        target.make()


class TestFiles:
    def test_what_an_export_has(self, reader: LogReader, target: TrialTopic, backchannel: Run, tmp_path: Path) -> None:
        done(backchannel("export", EVENTS, "--to", str(tmp_path)))
        files = [str(path) for path in tmp_path.glob(f"topic={EVENTS}/*/3-*.parquet")]
        done(backchannel("replay", *files, "--to", target.name))
        assert what(records(reader, CONVERSATION_EVENTS, 3)) == what(copies(reader, target, 3))

    def test_no_file_of_an_export(self, backchannel: Run, tmp_path: Path) -> None:
        (tmp_path / "other.parquet").write_bytes(b"PAR1")
        assert "no file of an exported topic" in fault(
            backchannel("replay", str(tmp_path / "other.parquet"), "--to", "trial")
        )

    def test_a_damaged_one(self, backchannel: Run, tmp_path: Path) -> None:
        path = tmp_path / "topic=conversation.events" / "other.parquet"
        path.parent.mkdir()
        path.write_bytes(b"PAR1")
        assert "is damaged" in fault(backchannel("replay", str(path), "--to", "trial"))


class TestRefused:
    @pytest.mark.parametrize("topic", [EVENTS, "notification.requests", "dead.letters"])
    def test_into_the_house(self, backchannel: Run, topic: str) -> None:
        run = backchannel("replay", "conversation.commands", "--to", topic)
        assert 2 == run.returncode
        assert "one of the house's own topics" in run.stderr

    def test_offsets_without_a_partition(self, backchannel: Run) -> None:
        assert 2 == backchannel("replay", EVENTS, "--to", "trial", "--from-offset", "1").returncode

    def test_a_range_that_the_log_does_not_have(self, backchannel: Run, long_log: LongLog) -> None:
        wanted = ("--partition", "0", "--to-offset", "99999999")
        assert "holds offsets 0 to" in fault(backchannel("replay", EVENTS, "--to", "trial", *wanted, "--dry-run"))

    def test_no_such_topic(self, backchannel: Run) -> None:
        assert "there is no topic 'no.such'" in fault(backchannel("replay", "no.such", "--to", "trial"))

    def test_where_somebody_else_writes(self, backchannel: Run, target: TrialTopic) -> None:
        target.make(partitions=4)
        target.append(1)
        assert "records that are no copies" in fault(backchannel("replay", EVENTS, "--to", target.name, "--limit", "1"))

    def test_other_partitions(self, backchannel: Run, target: TrialTopic) -> None:
        target.make(partitions=3)
        assert "has 3 partitions" in fault(backchannel("replay", EVENTS, "--to", target.name, "--limit", "1"))
