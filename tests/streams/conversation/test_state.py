"""A conversation's state is the fold of its events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_event, encode
from streams.conversation.partition import Saved, decode_saved, encode_saved
from streams.conversation.state import ACCEPTED_MAX, Accepted, Conversation, Member, OutOfOrder, evolve
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, START_MS, refused, repeated, sent
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import NEW, after, decide_all, fold


class TestMessageSent:
    def test_the_first_brings_the_members(self) -> None:
        first = sent(1)
        accepted = Accepted("m1", b"digest", 1, 1, first.message_id)
        expected = Conversation(
            CONVERSATION,
            head_seq=1,
            message_number=1,
            at_ms=START_MS + 1000,
            last_message_id=first.message_id,
            command_offset=0,
            members=(Member(ALICE, 1, 1, (accepted,)), Member(BOB, 1, 0)),
        )
        assert expected == evolve(NEW, first)

    def test_moves_the_head_and_the_senders_read_position(self) -> None:
        state = evolve(after(4), sent(5, actor_id=BOB))
        assert (5, 5) == (state.head_seq, state.message_number)
        assert {ALICE: 4, BOB: 5} == {member.user_id: member.read_seq for member in state.members}

    @pytest.mark.parametrize("seq", [1, 4, 6])
    def test_out_of_order(self, seq: int) -> None:
        with pytest.raises(OutOfOrder):
            evolve(after(4), sent(seq))


class TestAnswers:
    def test_change_nothing(self) -> None:
        state = after(4)
        for event in (refused(), repeated(sent(2))):
            assert state is evolve(state, event)


class TestMember:
    def test_none_who_never_joined(self) -> None:
        assert after(1).member(CAROL) is None

    def test_first_result_within_the_window(self) -> None:
        member = after(ACCEPTED_MAX + 3).member(ALICE)
        assert member is not None
        assert ACCEPTED_MAX == len(member.accepted)
        assert member.first_result("m3") is None
        assert [4, ACCEPTED_MAX + 3] == [member.accepted[0].seq, member.accepted[-1].seq]
        assert "m4" == getattr(member.first_result("m4"), "client_id", None)


class TestFold:
    @given(arrivals())
    def test_of_what_the_log_holds_gives_the_same_state(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        assert fold(events) == fold(decode_event(encode(event)) for event in events)

    @given(arrivals(), st.integers(0, 30))
    def test_may_pause_anywhere(self, some: list[Arrival], at: int) -> None:
        events = decide_all(some)
        kept = decode_saved(encode_saved(Saved(fold(events[:at]), at)))
        assert fold(events) == fold(events[at:], kept.state)
