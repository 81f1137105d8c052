"""Events to rows of the timeline: each record by itself, so any split of a batch gives the same rows."""

from hypothesis import given

from infra.stores.timeline import TimelineRow
from schemas.events import AnyEvent, MessageSent
from schemas.times import milliseconds
from streams.timeline.project import project
from tests import strategies
from tests.builders import CONVERSATION, START_MS, broken_record, record, refused, repeated, sent


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
        assert expected == project(place)


class TestAnswers:
    def test_have_no_place(self) -> None:
        assert [None, None] == [project(record(event)) for event in (refused(), repeated(sent(7)))]


class TestUnreadable:
    def test_gets_a_row_at_the_seq_that_its_headers_name(self) -> None:
        row = project(broken_record(seq=7, offset=40))
        assert row is not None
        assert (CONVERSATION, 7, 40, None) == (row.conversation_id, row.seq, row.offset, row.event)
        assert row.unreadable

    def test_has_no_place_without_one(self) -> None:
        assert project(broken_record(seq=None)) is None


class TestAnyEvent:
    @given(strategies.any_event, strategies.offsets)
    def test_only_messages_have_rows_and_replays_give_the_same(self, event: AnyEvent, offset: int) -> None:
        row = project(record(event, offset))
        assert isinstance(event, MessageSent) == (row is not None)
        assert row == project(record(event, offset))
        if row:
            assert (milliseconds(event.at), offset) == (row.at_ms, row.offset)
