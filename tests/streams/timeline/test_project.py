"""Events to rows of the timeline: each record by itself, so any split of a batch gives the same rows."""

import pytest
from hypothesis import given

from infra.stores.timeline import Deleted, Edited, Patch, Reacted, TimelineRow
from schemas.codec import encode
from schemas.events import AnyEvent, AnyTimelineEvent, MessageSent, TimelineEvent
from schemas.times import milliseconds
from streams.timeline.project import project
from tests import strategies
from tests.builders import (
    BOB,
    CONVERSATION,
    START_MS,
    blocked,
    broken_record,
    created,
    deleted,
    delivered,
    edited,
    reacted,
    read,
    record,
    refused,
    removed,
    repeated,
    sent,
)


class TestMessageSent:
    def test_gets_a_row_with_the_record_as_it_stands_in_the_log(self) -> None:
        event, place = sent(7), record(sent(7), offset=40)
        expected = TimelineRow(
            conversation_id=CONVERSATION,
            seq=7,
            at_ms=START_MS + 7000,
            offset=40,
            event=place.value,
            message_id=event.message_id,
        )
        assert (expected, None) == project(place)


class TestChanges:
    @pytest.mark.parametrize(
        ("event", "patch"),
        [
            (edited(9, sent(7)), Edited(CONVERSATION, 7, 9, 40, encode(edited(9, sent(7))))),
            (deleted(9, sent(7)), Deleted(CONVERSATION, 7, 9)),
            (reacted(9, sent(7)), Reacted(CONVERSATION, 7, 9, 40, BOB, "👍")),
            (reacted(9, sent(7), emoji=None), Reacted(CONVERSATION, 7, 9, 40, BOB, None)),
        ],
        ids=lambda one: type(one).__name__,
    )
    def test_get_a_row_and_are_laid_beside_their_message(self, event: AnyTimelineEvent, patch: Patch) -> None:
        row = TimelineRow(CONVERSATION, 9, START_MS + 9000, 40, encode(event))
        assert (row, patch) == project(record(event, offset=40))


class TestOthers:
    @pytest.mark.parametrize("event", [created(), removed(9)], ids=lambda one: type(one).__name__)
    def test_of_the_timeline_get_a_row(self, event: AnyTimelineEvent) -> None:
        row = TimelineRow(CONVERSATION, event.seq, milliseconds(event.at), 40, encode(event))
        assert (row, None) == project(record(event, offset=40))

    def test_have_no_place(self) -> None:
        some = (refused(), repeated(sent(7)), delivered(7), read(7), blocked())
        assert [None] * 5 == [project(record(event)) for event in some]


class TestUnreadable:
    def test_gets_a_row_at_the_seq_that_its_headers_name(self) -> None:
        found = project(broken_record(seq=7, offset=40))
        assert found is not None
        row, patch = found
        assert (CONVERSATION, 7, 40, None, None) == (row.conversation_id, row.seq, row.offset, row.event, patch)
        assert row.unreadable

    def test_has_no_place_without_one(self) -> None:
        assert project(broken_record(seq=None)) is None


class TestAnyEvent:
    @given(strategies.any_event, strategies.offsets)
    def test_only_those_with_a_seq_have_rows_and_replays_give_the_same(self, event: AnyEvent, offset: int) -> None:
        found = project(record(event, offset))
        assert isinstance(event, TimelineEvent) == (found is not None)
        assert found == project(record(event, offset))
        if found and isinstance(event, TimelineEvent):
            row, patch = found
            assert (event.seq, milliseconds(event.at), offset) == (row.seq, row.at_ms, row.offset)
            assert isinstance(event, MessageSent) == (row.message_id is not None)
            assert patch is None or patch.message_seq == getattr(event, "message_seq", None)
