"""The analyses over a log so small that their answers can be checked by hand."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from infra.operator.exports import analyses
from infra.operator.exports.answers import as_csv
from infra.operator.exports.querying import query
from infra.stores.log_reading import Record
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    OTHER_CONVERSATION,
    added,
    created,
    delivered,
    read,
    removed,
    sent,
)
from tests.infra.operator.exports.exported import logged_in_turn, write

GROUP: dict[str, Any] = {"conversation_id": OTHER_CONVERSATION}
BYTES = 29  # of a body of the builders'


def two_days() -> list[Record]:
    """Alice and Bob talk; Bob reads the last message in private. In their group, Carol is there for the first day."""
    return logged_in_turn(
        ("2026-11-24T12:00:00.000Z", sent(1)),
        ("2026-11-24T12:00:00.100Z", delivered(1)),
        ("2026-11-24T12:00:05.000Z", read(1)),
        ("2026-11-24T12:01:00.000Z", sent(2, actor_id=BOB, read_from_seq=1)),
        ("2026-11-24T12:01:00.300Z", read(2, 1, actor_id=ALICE, delivered_from_seq=1)),
        ("2026-11-24T12:02:00.000Z", sent(3, read_from_seq=2)),
        ("2026-11-24T12:02:00.500Z", read(3, 2, delivered_from_seq=2, is_private=True)),
        ("2026-11-24T13:00:00.000Z", created([ALICE, BOB], **GROUP)),
        ("2026-11-24T13:00:30.000Z", added(2, member_ids=[CAROL], **GROUP)),
        ("2026-11-24T13:01:00.000Z", sent(3, **GROUP)),
        ("2026-11-24T13:01:00.050Z", delivered(3, **GROUP)),
        ("2026-11-24T13:01:00.050Z", delivered(3, **GROUP)),  # once more, after a crash
        ("2026-11-24T13:01:01.000Z", delivered(3, actor_id=CAROL, **GROUP)),
        ("2026-11-24T13:01:09.000Z", read(3, actor_id=CAROL, **GROUP)),
        ("2026-11-25T09:00:00.000Z", removed(4, user_id=CAROL, **GROUP)),
        ("2026-11-25T09:01:00.000Z", sent(5, **GROUP)),
        ("2026-11-25T09:01:02.000Z", delivered(5, 3, **GROUP)),
    )


ANSWERS = {
    "messages-a-day": [
        ["date", "messages", "senders", "conversations", "with_media", "bytes"],
        ["2026-11-24", "4", "2", "2", "0", str(4 * BYTES)],
        ["2026-11-25", "1", "1", "1", "0", str(BYTES)],
    ],
    "delivery-latency": [  # 50, 100, 300, 500 and 1,000 ms on the first day
        ["date", "deliveries", "p50_ms", "p90_ms", "p99_ms", "max_ms"],
        ["2026-11-24", "5", "300", "800", "980", "1000"],
        ["2026-11-25", "1", "2000", "2000", "2000", "2000"],
    ],
    "read-rates": [
        ["date", "kind", "receptions", "read", "read_rate"],
        ["2026-11-24", "direct", "3", "2", "0.6667"],
        ["2026-11-24", "group", "2", "1", "0.5"],
        ["2026-11-25", "group", "1", "0", "0"],
    ],
    "active-users": [
        ["date", "senders", "active", "active_7_days", "active_30_days"],
        ["2026-11-24", "2", "3", "3", "3"],
        ["2026-11-25", "1", "1", "3", "3"],
    ],
    "busiest-groups": [
        ["conversation_id", "messages", "senders", "members", "first_day", "last_at"],
        [OTHER_CONVERSATION, "2", "1", "2", "2026-11-24", "2026-11-25T09:01:00.000Z"],
    ],
}


class TestAnswers:
    def test_of_every_analysis(self) -> None:
        assert sorted(ANSWERS) == analyses.names()

    @pytest.mark.parametrize("name", ANSWERS)
    def test_as_counted_by_hand(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write(tmp_path, two_days())
        query(analyses.sql_of(name), str(tmp_path), is_checked=True, show=as_csv)
        assert ANSWERS[name] == list(csv.reader(StringIO(capsys.readouterr().out)))

    @pytest.mark.parametrize("name", ANSWERS)
    def test_of_nothing(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write(tmp_path, [])
        query(analyses.sql_of(name), str(tmp_path), is_checked=True, show=as_csv)
        assert ANSWERS[name][:1] == list(csv.reader(StringIO(capsys.readouterr().out)))


class TestText:
    @pytest.mark.parametrize("name", ANSWERS)
    def test_begins_with_what_it_answers(self, name: str) -> None:
        assert analyses.sql_of(name).startswith("-- ")
