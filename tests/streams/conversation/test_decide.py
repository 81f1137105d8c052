"""Every command gets exactly one event, a function of the state, the command and its place in the log."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given

from schemas.events import AnyEvent, CommandRefused, CommandRepeated, MessageSent
from schemas.ids import message_id, message_milliseconds
from schemas.times import milliseconds, timestamp
from streams.conversation.decide import decide
from streams.conversation.state import ACCEPTED_MAX, evolve
from tests.builders import ALICE, BOB, CAROL, ORIGIN, SEALED, START_MS, at, send, sent
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import NEW, after, decide_all, fold, messages

LATER_MS = START_MS + 60_000


def reason(event: AnyEvent) -> str:
    assert isinstance(event, CommandRefused)
    return event.reason


class TestSendMessage:
    def test_sent(self) -> None:
        expected = MessageSent(
            conversation_id=send().conversation_id,
            command_offset=7,
            at=timestamp(LATER_MS),
            actor_id=BOB,
            origin=ORIGIN,
            seq=5,
            message_number=5,
            client_id="b1",
            digest=b"digest",
            message_id=message_id(LATER_MS, 2, 7),
            body=SEALED,
            read_from_seq=0,
        )
        assert expected == decide(after(4), send("b1", actor_id=BOB), at(7, LATER_MS, partition=2))

    def test_the_first_of_a_direct_conversation_names_the_members(self) -> None:
        event = decide(NEW, send(to_user_id=BOB), at())
        assert isinstance(event, MessageSent)
        assert (1, (ALICE, BOB)) == (event.seq, event.member_ids)

    def test_a_later_one_does_not(self) -> None:
        event = decide(after(1), send("b1", actor_id=BOB, to_user_id=ALICE), at(1, LATER_MS))
        assert isinstance(event, MessageSent)
        assert (2, None) == (event.seq, event.member_ids)

    def test_carries_from_where_the_read_position_moved(self) -> None:
        state = evolve(after(4), sent(5, actor_id=BOB))
        event = decide(state, send("m9"), at(9, LATER_MS))
        assert isinstance(event, MessageSent)
        assert 4 == event.read_from_seq

    def test_refused_when_not_a_member(self) -> None:
        for to_user_id in (None, ALICE):
            command = send(actor_id=CAROL, to_user_id=to_user_id)
            assert "not-a-member" == reason(decide(after(4), command, at()))

    def test_refused_when_nobody_is_named_in_a_new_conversation(self) -> None:
        assert "not-a-member" == reason(decide(NEW, send(), at()))


class TestRepeated:
    def test_gets_the_first_result(self) -> None:
        event = decide(after(4), send("m2"), at(9, LATER_MS))
        assert isinstance(event, CommandRepeated)
        first = sent(2)
        found = event.first
        assert (first.seq, first.message_number, first.message_id) == (
            found.seq,
            found.message_number,
            found.message_id,
        )
        assert (first.at, first.client_id, first.member_ids) == (found.at, found.client_id, found.member_ids)

    def test_the_first_message_names_the_members_again(self) -> None:
        event = decide(after(4), send("m1", to_user_id=BOB), at(9, LATER_MS))
        assert isinstance(event, CommandRepeated)
        assert (ALICE, BOB) == event.first.member_ids

    def test_refused_with_other_content(self) -> None:
        assert "conflict" == reason(decide(after(4), send("m2", digest=b"other"), at(9, LATER_MS)))

    def test_another_persons_client_id_is_no_repeat(self) -> None:
        assert isinstance(decide(after(4), send("m2", actor_id=BOB), at(9, LATER_MS)), MessageSent)

    @pytest.mark.parametrize(("number", "kind"), [(1, MessageSent), (2, CommandRepeated)])
    def test_within_the_senders_last_commands(self, number: int, kind: type) -> None:
        state = after(ACCEPTED_MAX + 1)
        assert kind is type(decide(state, send(f"m{number}"), at(999, LATER_MS)))

    def test_whatever_others_do(self) -> None:
        others = (sent(n, actor_id=BOB, client_id=f"b{n}") for n in range(2, 3 * ACCEPTED_MAX))
        state = fold(others, after(1))
        assert isinstance(decide(state, send("m1"), at(999, LATER_MS)), CommandRepeated)


class TestTime:
    def test_never_goes_back(self) -> None:
        event = decide(after(4), send("m9"), at(9, START_MS - 60_000))
        assert sent(4).at == event.at

    def test_moves_on_by_one_where_two_writers_interleaved(self) -> None:
        state = fold([sent(1, command_offset=9, at_ms=START_MS)])
        event = decide(state, send("m2"), at(3, START_MS))
        assert isinstance(event, MessageSent)
        assert timestamp(START_MS + 1) == event.at
        assert event.message_id > state.last_message_id


def expected_kinds(some: Sequence[Arrival]) -> list[str]:
    """What becomes of commands, in the plainest words; histories here are shorter than the window."""
    is_begun, accepted, kinds = False, dict[tuple[str, str], bytes](), []
    for one in some:
        command, key = one.command, (one.command.actor_id, one.command.client_id)
        may = command.actor_id in (ALICE, BOB) and (is_begun or command.to_user_id is not None)
        if not may:
            kinds.append("not-a-member")
        elif key not in accepted:
            accepted[key], is_begun = command.digest, True
            kinds.append("sent")
        else:
            kinds.append("repeated" if accepted[key] == command.digest else "conflict")
    return kinds


def kind(event: AnyEvent) -> str:
    match event:
        case MessageSent():
            return "sent"
        case CommandRepeated():
            return "repeated"
        case CommandRefused():
            return event.reason


def places(events: Sequence[AnyEvent]) -> Mapping[tuple[str, str], tuple[int, str]]:
    return {(one.actor_id, one.client_id): (one.seq, one.message_id) for one in messages(events)}


class TestAnyHistory:
    @given(arrivals())
    def test_every_command_gets_what_is_its_due(self, some: list[Arrival]) -> None:
        assert expected_kinds(some) == [kind(event) for event in decide_all(some)]

    @given(arrivals())
    def test_every_event_is_of_its_command(self, some: list[Arrival]) -> None:
        for one, event in zip(some, decide_all(some), strict=True):
            assert (one.offset, one.command.actor_id, one.command.origin, one.command.client_id) == (
                event.command_offset,
                event.actor_id,
                event.origin,
                event.client_id,
            )

    @given(arrivals(is_one_writer=False))
    def test_seq_and_message_number_have_no_gaps(self, some: list[Arrival]) -> None:
        found = messages(decide_all(some))
        numbers = list(range(1, len(found) + 1))
        assert numbers == [event.seq for event in found]
        assert numbers == [event.message_number for event in found]

    @given(arrivals(is_one_writer=False))
    def test_ids_sort_like_seq(self, some: list[Arrival]) -> None:
        found = messages(decide_all(some))
        assert all(one.message_id < other.message_id for one, other in pairwise(found))
        assert all(message_milliseconds(one.message_id) == milliseconds(one.at) for one in found)

    @given(arrivals(is_one_writer=False))
    def test_no_event_is_earlier_than_a_message_before_it(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        for n, event in enumerate(events):
            assert event.at >= max((one.at for one in messages(events[:n])), default="")

    @given(arrivals())
    def test_every_command_again_counts_once(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        again = [
            Arrival(one.command, len(some) + n, LATER_MS)
            for n, (one, event) in enumerate(zip(some, events, strict=True))
            if isinstance(event, MessageSent)
        ]
        repeats = [event for event in decide_all(again, fold(events)) if isinstance(event, CommandRepeated)]
        assert len(again) == len(repeats)
        assert places(events) == places([event.first for event in repeats])

    @given(arrivals())
    def test_only_messages_change_the_state(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        assert fold(messages(events)) == fold(events)
