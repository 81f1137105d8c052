"""The time and the id of an event: functions of the log that never go back."""

from schemas.events import MessageSent
from schemas.times import timestamp
from streams.conversation.decide import decide
from streams.conversation.outcome import at_ms, next_id
from tests.builders import START_MS, at, edit, send, sent
from tests.streams.conversation.history import after, fold, later


class TestTime:
    def test_never_goes_back(self) -> None:
        event = decide(after(4), send("m9"), at(9, START_MS - 60_000))
        assert event is not None
        assert sent(4).at == event.at

    def test_is_the_logs_otherwise(self) -> None:
        assert START_MS + 60_000 == at_ms(after(4), at(9, START_MS + 60_000))


class TestNextId:
    def test_moves_on_by_one_where_two_writers_interleaved(self) -> None:
        state = fold([sent(1, command_offset=9, at_ms=START_MS)])
        event = decide(state, send("m2"), at(3, START_MS))
        assert isinstance(event, MessageSent)
        assert timestamp(START_MS + 1) == event.at
        assert event.message_id > state.last_message_id

    def test_is_a_function_of_the_place(self) -> None:
        assert next_id(after(4), at(9, START_MS, partition=2)) == next_id(after(4), at(9, START_MS, partition=2))


class TestFacts:
    def test_a_change_of_a_message_counts_none(self) -> None:
        event = later(after(4), edit(of=sent(4)))
        assert event is not None
        assert (5, 4) == (getattr(event, "seq", None), getattr(event, "message_number", None))
