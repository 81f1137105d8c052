"""A partition in memory, step by step. What holds whatever happens is in test_partition_model."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from infra.stores.snapshots import Checkpoint
from schemas.events import AnyEvent
from streams.conversation.partition import (
    DeliveredAgain,
    Partition,
    Saved,
    SecondWriter,
    decode_saved,
    encode_saved,
)
from streams.conversation.state import Conversation, OutOfOrder
from tests.builders import CONVERSATION, OTHER_CONVERSATION, refused, repeated, sent
from tests.streams.conversation.history import after

GENERATION = UUID(int=7)
THIRD = "c0000000-0000-8000-8000-000000000003"


def partition(*conversation_ids: str) -> Partition:
    made = Partition(3, GENERATION, 0)
    for id_ in conversation_ids or (CONVERSATION,):
        made.put(id_, None)
    return made


def confirmed(made: Partition, *events: AnyEvent) -> Partition:
    for event in events:
        made.decide_event(event)
        made.confirm(made.next_offset)
    return made


def saved(made: Partition) -> dict[str, Saved]:
    """Save all that there is to save; what was saved."""
    begun = made.begin_saving()
    assert begun is not None
    made.end_saving(begun[1])
    return {one.conversation_id: decode_saved(one.state) for one in begun[0]}


class TestPut:
    def test_a_new_conversation_is_empty(self) -> None:
        assert Conversation(CONVERSATION) == partition().state(CONVERSATION)

    def test_a_saved_one_is_as_it_was(self) -> None:
        made = partition(OTHER_CONVERSATION)
        made.put(CONVERSATION, decode_saved(encode_saved(Saved(after(3), 9))))
        assert after(3) == made.state(CONVERSATION)

    def test_unknown_are_those_that_were_not_put_each_once(self) -> None:
        asked = [THIRD, CONVERSATION, OTHER_CONVERSATION, THIRD]
        assert [THIRD, OTHER_CONVERSATION] == partition().unknown(asked)


class TestUndecided:
    def test_commands_come_in_order_and_once(self) -> None:
        made = partition()
        assert [True, True] == [made.undecided(4), made.undecided(7)]
        for offset in (7, 5):
            with pytest.raises(DeliveredAgain):
                made.undecided(offset)

    def test_one_whose_event_is_in_the_log_is_passed_over(self) -> None:
        made = partition()
        made.fold(sent(1, command_offset=4), 0)
        assert [True, False] == [made.undecided(3), made.undecided(4)]


class TestConfirm:
    def test_in_the_order_of_deciding(self) -> None:
        made = partition()
        made.decide_event(sent(1))
        made.decide_event(refused(command_offset=8))
        made.confirm(0)
        assert {0} == made.decided
        made.confirm(1)
        assert ({0, 8}, 2) == (made.decided, made.next_offset)

    @pytest.mark.parametrize("offset", [0, 1, 3])
    def test_a_second_writer_is_noticed(self, offset: int) -> None:
        made = confirmed(partition(), sent(1), sent(2))
        made.decide_event(sent(3))
        with pytest.raises(SecondWriter):
            made.confirm(offset)
        assert after(2) == saved(made)[CONVERSATION].state

    def test_acknowledges_what_waited_for_it(self) -> None:
        made, acked = partition(), list[str]()
        made.acknowledge(lambda: acked.append("before"))
        made.decide_event(sent(1))
        made.acknowledge(lambda: acked.append("first"))
        made.decide_event(sent(2))
        made.acknowledge(lambda: acked.append("second"))
        assert ["before"] == acked
        for offset in (0, 1):
            for ack in made.confirm(offset):
                ack()
        assert ["before", "first", "second"] == acked


class TestFold:
    def test_the_first_record_of_a_seq_wins(self) -> None:
        made = partition()
        assert made.fold(sent(1), 0)
        assert not made.fold(sent(1, client_id="other", command_offset=5), 1)
        assert after(1) == made.state(CONVERSATION)
        assert [False, True] == [made.undecided(0), made.undecided(5)]

    def test_a_gap_is_out_of_order(self) -> None:
        with pytest.raises(OutOfOrder):
            partition().fold(sent(2), 0)

    def test_answers_count_as_decided(self) -> None:
        made = partition()
        assert made.fold(refused(command_offset=4), 0)
        assert made.fold(repeated(sent(1), command_offset=5), 1)
        assert {4, 5} == made.decided

    def test_what_the_snapshot_holds_already_is_passed_over(self) -> None:
        made = Partition(3, GENERATION, 1)
        made.put(CONVERSATION, Saved(after(3), 3))
        assert made.fold(sent(2), 1)
        assert made.fold(sent(3), 2)
        assert made.fold(sent(4), 3)
        assert after(4) == made.state(CONVERSATION)
        assert {1, 2, 3} == made.decided

    def test_what_lost_its_seq_before_the_snapshot_is_not_decided(self) -> None:
        """Its command comes again: to take it for decided would lose the message."""
        made = Partition(3, GENERATION, 1)
        made.put(CONVERSATION, Saved(after(3), 9))
        loser = replace(sent(2), client_id="never accepted", command_offset=77)
        assert not made.fold(loser, 1)
        assert set() == made.decided


class TestForgetDecided:
    def test_what_never_comes_again(self) -> None:
        made = confirmed(partition(), sent(1), sent(2), sent(3))
        made.forget_decided(2)
        assert {2} == made.decided


class TestSaving:
    def test_nothing_new_is_nothing_to_save(self) -> None:
        assert partition().begin_saving() is None
        made = confirmed(partition(), sent(1))
        saved(made)
        assert made.begin_saving() is None

    def test_only_what_is_confirmed(self) -> None:
        made = confirmed(partition(), sent(1))
        made.decide_event(sent(2))
        assert {CONVERSATION: Saved(after(1), 1)} == saved(made)

    def test_only_what_changed(self) -> None:
        made = confirmed(partition(CONVERSATION, OTHER_CONVERSATION), sent(1))
        saved(made)
        other = sent(1, conversation_id=OTHER_CONVERSATION)
        assert {OTHER_CONVERSATION} == saved(confirmed(made, other)).keys()

    def test_the_checkpoint_says_what_is_in_the_snapshots(self) -> None:
        made = confirmed(partition(), sent(1), sent(2))
        begun = made.begin_saving()
        confirmed(made, sent(3))
        assert begun is not None
        assert Checkpoint(GENERATION, 2, frozenset({0, 1})) == begun[1]

    def test_refusals_alone_move_the_checkpoint(self) -> None:
        made = confirmed(partition(), refused(command_offset=4))
        begun = made.begin_saving()
        assert begun is not None
        assert ([], 1) == (begun[0], begun[1].next_event_offset)

    def test_what_changes_meanwhile_is_saved_the_next_time(self) -> None:
        made = confirmed(partition(), sent(1))
        begun = made.begin_saving()
        assert begun is not None
        confirmed(made, sent(2))
        made.end_saving(begun[1])
        assert {CONVERSATION: Saved(after(2), 2)} == saved(made)


class TestEvict:
    def test_the_idlest_goes_first(self) -> None:
        made = partition(CONVERSATION, OTHER_CONVERSATION, THIRD)
        made.state(CONVERSATION)
        made.evict(2)
        assert [OTHER_CONVERSATION] == made.unknown([CONVERSATION, OTHER_CONVERSATION, THIRD])

    def test_never_what_is_not_saved(self) -> None:
        made = confirmed(partition(), sent(1))
        made.evict(0)
        begun = made.begin_saving()
        made.evict(0)
        assert [] == made.unknown([CONVERSATION])
        assert begun is not None
        made.end_saving(begun[1])
        made.evict(0)
        assert [CONVERSATION] == made.unknown([CONVERSATION])

    def test_never_what_is_in_flight(self) -> None:
        made = partition()
        made.decide_event(sent(1))
        made.evict(0)
        assert [] == made.unknown([CONVERSATION])
