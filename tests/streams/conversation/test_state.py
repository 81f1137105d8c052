"""A conversation's state is the fold of its events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_event, encode
from schemas.events import AnyTimelineEvent
from streams.conversation.partition import Saved, decode_saved, encode_saved
from streams.conversation.state import ACCEPTED_MAX, Accepted, Conversation, Member, OutOfOrder, evolve
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    START_MS,
    added,
    deleted,
    delivered,
    edited,
    reacted,
    read,
    refused,
    removed,
    repeated,
    sent,
)
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import NEW, after, decide_all, fold, group, member


class TestMessageSent:
    def test_the_first_brings_the_members(self) -> None:
        first = sent(1)
        accepted = Accepted("m1", b"digest", 1, 1, START_MS + 1000, first.message_id)
        expected = Conversation(
            CONVERSATION,
            head_seq=1,
            message_number=1,
            at_ms=START_MS + 1000,
            last_message_id=first.message_id,
            members=(
                Member(ALICE, 1, 1, 1, first_sent_seq=1, last_sent_seq=1, accepted=(accepted,)),
                Member(BOB, 1, 0, 0),
            ),
        )
        assert expected == evolve(NEW, first)

    def test_moves_the_head_and_the_senders_read_position(self) -> None:
        state = evolve(after(4), sent(5, actor_id=BOB))
        assert (5, 5) == (state.head_seq, state.message_number)
        assert {ALICE: (4, 4), BOB: (5, 5)} == {one.user_id: (one.delivered_seq, one.read_seq) for one in state.members}

    @pytest.mark.parametrize("seq", [1, 4, 6])
    def test_out_of_order(self, seq: int) -> None:
        with pytest.raises(OutOfOrder):
            evolve(after(4), sent(seq))


class TestMembers:
    def test_who_makes_a_group_has_read_its_first_event_and_the_others_nothing(self) -> None:
        state = group()
        assert (True, 1, 0) == (state.is_group, state.head_seq, state.message_number)
        expected = [(ALICE, "admin", 1, 1), (BOB, "member", 0, 0), (CAROL, "member", 0, 0)]
        assert expected == [(one.user_id, one.role, one.read_seq, one.delivered_seq) for one in state.members]

    def test_who_is_added_has_got_all_that_was_before(self) -> None:
        found = member(group(sent(2), added(3, member_ids=[DAVE])), DAVE)
        assert (3, 2, 2) == (found.joined_seq, found.read_seq, found.delivered_seq)

    def test_who_is_removed_is_still_known(self) -> None:
        state = group(removed(2, user_id=BOB))
        assert (2, None) == (member(state, BOB).left_seq, state.present(BOB))

    def test_who_is_promoted_is_admin(self) -> None:
        state = group(removed(2, user_id=ALICE, actor_id=ALICE, promoted_user_id=CAROL))
        assert ["member", "member", "admin"] == [one.role for one in state.members]


class TestReceipts:
    def test_have_no_seq(self) -> None:
        assert 4 == fold([delivered(3), read(2)], after(4)).head_seq

    def test_of_somebody_unknown_change_nothing(self) -> None:
        assert after(4) == fold([delivered(3, actor_id=CAROL)], after(4))


class TestChanges:
    @pytest.mark.parametrize("event", [edited(5, sent(4)), deleted(5, sent(4)), reacted(5, sent(4))])
    def test_move_the_head_and_count_no_message(self, event: AnyTimelineEvent) -> None:
        state = evolve(after(4), event)
        assert (5, 4, START_MS + 5000) == (state.head_seq, state.message_number, state.at_ms)
        assert {ALICE: 4, BOB: 0} == {one.user_id: one.read_seq for one in state.members}
        assert event.client_id == member(state, event.actor_id).accepted[-1].client_id


class TestAnswers:
    def test_change_nothing(self) -> None:
        state = after(4)
        for event in (refused(), repeated(sent(2))):
            assert state is evolve(state, event)


class TestMember:
    def test_none_who_never_joined(self) -> None:
        assert after(1).member(CAROL) is None

    def test_first_result_within_the_window(self) -> None:
        found = member(after(ACCEPTED_MAX + 3), ALICE)
        assert ACCEPTED_MAX == len(found.accepted)
        assert found.first_result("m3") is None
        assert [4, ACCEPTED_MAX + 3] == [found.accepted[0].seq, found.accepted[-1].seq]
        assert "m4" == getattr(found.first_result("m4"), "client_id", None)


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
