"""Receipts: watermarks only grow, read implies delivered, nothing lies beyond the head."""

import pytest

from schemas.commands import AnyCommand
from schemas.events import AnyEvent, DeliveredAdvanced, ReadAdvanced
from schemas.times import timestamp
from streams.conversation.receipts import authors_between
from streams.conversation.state import evolve
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    ORIGIN,
    acknowledge_delivery,
    acknowledge_read,
    added,
    delivered,
    edited,
    read,
    removed,
    sent,
)
from tests.streams.conversation.history import LATER_MS, after, fold, group, later, member, reason


def marks(*events: AnyEvent) -> tuple[int, int]:
    """How far Bob has got and read."""
    bob = member(fold(events, after(4)), BOB)
    return bob.delivered_seq, bob.read_seq


class TestAcknowledgeDelivery:
    def test_advanced(self) -> None:
        expected = DeliveredAdvanced(
            conversation_id=CONVERSATION,
            command_offset=900,
            at=timestamp(LATER_MS),
            actor_id=BOB,
            origin=ORIGIN,
            from_seq=0,
            to_seq=3,
            author_ids=(ALICE,),
        )
        assert expected == later(after(4), acknowledge_delivery(3))

    def test_goes_on_from_the_last(self) -> None:
        event = later(fold([delivered(2)], after(4)), acknowledge_delivery(4))
        assert isinstance(event, DeliveredAdvanced)
        assert (2, 4) == (event.from_seq, event.to_seq)

    @pytest.mark.parametrize("seq", [1, 2, 3])
    def test_nothing_where_it_moves_nothing(self, seq: int) -> None:
        assert later(fold([delivered(3)], after(4)), acknowledge_delivery(seq)) is None

    def test_nothing_where_it_was_read(self) -> None:
        assert later(fold([read(3)], after(4)), acknowledge_delivery(3)) is None

    def test_nothing_of_ones_own(self) -> None:
        assert later(after(4), acknowledge_delivery(4, actor_id=ALICE)) is None


class TestAcknowledgeRead:
    def test_advanced_and_with_it_what_was_delivered(self) -> None:
        expected = ReadAdvanced(
            conversation_id=CONVERSATION,
            command_offset=900,
            at=timestamp(LATER_MS),
            actor_id=BOB,
            origin=ORIGIN,
            from_seq=0,
            to_seq=3,
            delivered_from_seq=2,
            author_ids=(ALICE,),
        )
        event = later(fold([delivered(2)], after(4)), acknowledge_read(3))
        assert expected == event
        assert event is not None
        assert (3, 3) == marks(delivered(2), event)

    @pytest.mark.parametrize("seq", [1, 3])
    def test_nothing_where_it_moves_nothing(self, seq: int) -> None:
        assert later(fold([read(3)], after(4)), acknowledge_read(seq)) is None

    def test_private_in_a_direct_conversation_alone(self) -> None:
        direct = later(after(4), acknowledge_read(3, is_private=True))
        in_group = later(group(sent(2)), acknowledge_read(2, is_private=True))
        assert isinstance(direct, ReadAdvanced)
        assert isinstance(in_group, ReadAdvanced)
        assert (True, False) == (direct.is_private, in_group.is_private)


def both(seq: int, actor_id: str = BOB) -> list[AnyCommand]:
    return [acknowledge_delivery(seq, actor_id=actor_id), acknowledge_read(seq, actor_id=actor_id)]


class TestEither:
    @pytest.mark.parametrize("seq", [5, 1 << 53])
    def test_refused_beyond_the_head(self, seq: int) -> None:
        assert ["beyond-head"] * 2 == [reason(after(4), command) for command in both(seq)]

    def test_refused_when_not_a_member(self) -> None:
        assert ["not-a-member"] * 2 == [reason(group(), command) for command in both(1, DAVE)]

    def test_refused_in_a_group_that_one_has_left(self) -> None:
        state = group(sent(2), removed(3, user_id=BOB))
        assert ["not-a-member"] * 2 == [reason(state, command) for command in both(2)]

    def test_nothing_of_what_was_before_one_came_again(self) -> None:
        state = group(sent(2), removed(3, user_id=BOB), sent(4, message_number=2), added(5, member_ids=[BOB]))
        assert [None, None] == [later(state, command) for command in both(4)]
        assert all(later(state, command) is not None for command in both(5))


class TestAuthors:
    def test_are_those_who_wrote_between(self) -> None:
        state = fold([delivered(2)], group(sent(2), sent(3, actor_id=CAROL), sent(4)))
        assert (ALICE, CAROL) == authors_between(state, BOB, 1, 4)
        assert (ALICE,) == authors_between(state, BOB, 3, 4)
        assert () == authors_between(state, BOB, 4, 4)

    def test_may_be_more_for_their_first_and_last_alone_are_known(self) -> None:
        assert (ALICE, CAROL) == authors_between(group(sent(2), sent(3, actor_id=CAROL), sent(4)), BOB, 2, 3)

    def test_are_not_oneself(self) -> None:
        assert () == authors_between(after(4), ALICE, 0, 4)

    def test_who_edited_between_wrote_between(self) -> None:
        state = fold([read(2)], group(sent(2), edited(3, sent(2))))
        event = later(state, acknowledge_read(3))
        assert isinstance(event, ReadAdvanced)
        assert (ALICE,) == event.author_ids

    def test_who_has_left_is_not_told(self) -> None:
        state = group(sent(2, actor_id=CAROL), removed(3, user_id=CAROL))
        event = later(state, acknowledge_read(3))
        assert isinstance(event, ReadAdvanced)
        assert () == event.author_ids


class TestWatermarks:
    def test_never_fall(self) -> None:
        assert (4, 3) == marks(delivered(4), read(3), delivered(2), read(1))

    def test_sending_is_having_read(self) -> None:
        state = evolve(after(4), sent(5, actor_id=BOB))
        bob = member(state, BOB)
        assert (5, 5) == (bob.delivered_seq, bob.read_seq)
