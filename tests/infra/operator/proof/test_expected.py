"""What views should say is what their projections write, by the records alone."""

import pytest

from infra.operator.proof import expected
from infra.operator.proof.rows import FIELDS, Rows
from schemas.events import AnyEvent
from streams.runtime.records import Record
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    START_MS,
    added,
    blocked,
    broken_record,
    created,
    deleted,
    edited,
    reacted,
    read,
    record,
    refused,
    removed,
    sent,
)


def log(*events: AnyEvent) -> list[Record]:
    return [record(event, offset) for offset, event in enumerate(events)]


def field(rows: Rows, seq: int, name: str) -> object:
    return rows["timeline", seq][FIELDS["timeline"].index(name)]


class TestTimeline:
    def test_a_row_for_each_event_that_has_a_seq(self) -> None:
        rows = expected.timeline(CONVERSATION, log(sent(1), refused(), read(1), sent(2)))
        assert {("timeline", 1), ("timeline", 2), ("timeline_buckets", START_MS + 1000, 0)} == rows.keys()

    def test_the_first_record_of_a_seq_wins(self) -> None:
        rows = expected.timeline(CONVERSATION, log(sent(1), sent(1, at_ms=START_MS + 9)))
        assert START_MS + 1000 == field(rows, 1, "at_ms")
        assert ("timeline_buckets", START_MS + 9, 0) in rows  # both have listed the bucket

    def test_what_became_of_a_message(self) -> None:
        edit, reaction = edited(2), reacted(3)
        records = log(sent(1), edit, reaction, reacted(4, emoji=None))
        rows = expected.timeline(CONVERSATION, records)
        assert ((2, records[1].value),) == field(rows, 1, "edits")
        assert ((3, (BOB, "👍")), (4, (BOB, None))) == field(rows, 1, "reactions")

    def test_a_deleted_message_has_no_body(self) -> None:
        """The archive has none, and the form is the same wherever a row is."""
        records = log(sent(1), deleted(2))
        rows = expected.timeline(CONVERSATION, records)
        assert 2 == field(rows, 1, "deleted_seq")
        assert records[0].value != field(rows, 1, "event")

    def test_a_record_that_cannot_be_read(self) -> None:
        rows = expected.timeline(CONVERSATION, [broken_record(1)])
        assert field(rows, 1, "event") is None
        assert field(rows, 1, "unreadable")

    def test_a_change_of_a_message_that_is_not_there(self) -> None:
        assert -1 == field(expected.timeline(CONVERSATION, log(edited(2))), 1, "at_ms")


class TestReceipts:
    def test_advances(self) -> None:
        rows = expected.receipts(CONVERSATION, [*log(sent(1), read(1)), broken_record(2)])
        assert {("receipts", BOB, "read", 1): (START_MS,)} == rows

    def test_the_first_record_wins(self) -> None:
        later = "2026-11-24T14:00:00.000Z"
        assert expected.receipts(CONVERSATION, log(read(1))) == expected.receipts(
            CONVERSATION, log(read(1), read(1, at=later))
        )


class TestMemberships:
    def test_members_and_blockers(self) -> None:
        rows = expected.memberships(CONVERSATION, log(sent(1), blocked(), sent(2)))
        assert {("memberships",): (((ALICE, 1, None), (BOB, 1, None)), (ALICE,))} == rows

    def test_intervals(self) -> None:
        rows = expected.memberships(CONVERSATION, log(created(), removed(2), added(3, member_ids=(BOB,))))
        ((members, _),) = rows.values()
        assert ((ALICE, 1, None), (BOB, 1, 3), (CAROL, 1, None), (BOB, 3, None)) == members

    @pytest.mark.parametrize("events", [(), (refused(),), (blocked(), blocked(is_blocked=False))])
    def test_nobody(self, events: tuple[AnyEvent, ...]) -> None:
        assert {} == expected.memberships(CONVERSATION, log(*events))
