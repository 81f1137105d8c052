"""Which record a row comes from, and what later records touch."""

import pytest

from infra.operator.proof.origins import last_bucket, origin, touched
from infra.operator.proof.rows import RowKey
from tests.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    START_MS,
    blocked,
    broken_record,
    deleted,
    edited,
    read,
    record,
    refused,
    sent,
)

RECORDS = [
    record(sent(1), 10),
    record(read(1), 11),
    record(edited(2), 12),
    record(blocked(), 13),
    record(refused(), 14),
    broken_record(3, 15),
]


class TestOrigin:
    @pytest.mark.parametrize(
        ("key", "offset"),
        [
            (("timeline", 1), 10),
            (("timeline", 2), 12),
            (("timeline", 3), None),
            (("timeline_buckets", START_MS + 1000, 0), 10),
            (("receipts", BOB, "read", 1), 11),
            (("receipts", BOB, "read", 2), None),
            (("memberships",), 13),
            (("conversations",), 13),
            (("members", BOB), 13),
            (("members", "nobody"), None),
            (("silent_events", 2), 12),
            (("blocks", ALICE, BOB), 13),
        ],
    )
    def test_found(self, key: RowKey, offset: int | None) -> None:
        found = origin(key, RECORDS[:5])
        assert offset == (found.offset if found else None)

    def test_of_a_record_that_cannot_be_read(self) -> None:
        found = origin(("timeline", 3), RECORDS)
        assert found is not None
        assert 15 == found.offset

    def test_the_last_bucket(self) -> None:
        assert (0, 2) == (last_bucket(RECORDS), last_bucket([*RECORDS, broken_record(700)]))


class TestTouched:
    def test_rows_of_the_timeline(self) -> None:
        assert {("timeline", 1), ("timeline", 2)} == set(touched("timeline", CONVERSATION, RECORDS[2:5], RECORDS) or ())

    def test_a_deletion_takes_the_bodies_of_edits(self) -> None:
        later = [record(deleted(4), 16)]
        found = touched("timeline", CONVERSATION, later, [*RECORDS, *later])
        assert {("timeline", 1), ("timeline", 2), ("timeline", 4)} == set(found or ())

    def test_rows_of_the_receipts(self) -> None:
        assert [("receipts", BOB, "read", 1)] == list(touched("receipts", CONVERSATION, RECORDS[:3], RECORDS) or ())

    @pytest.mark.parametrize("view", ["inbox", "memberships"])
    def test_any_row_of_a_conversation(self, view: str) -> None:
        assert touched(view, CONVERSATION, RECORDS, RECORDS) is None
        assert () == touched(view, CONVERSATION, RECORDS[4:], RECORDS)

    def test_messages_move_nobody_in_or_out(self) -> None:
        assert () == touched("memberships", CONVERSATION, RECORDS[1:3], RECORDS)
