"""Every command gets at most one event, a function of the state, the command and its place in the log."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import get_args

from hypothesis import given

from schemas import events
from schemas.commands import AcknowledgeDelivery, AcknowledgeRead, AnyCommand, KeyedCommand, SendMessage
from schemas.events import AnyEvent, AnyTimelineEvent, CommandRefused, CommandRepeated, TimelineEvent
from schemas.ids import message_milliseconds
from schemas.times import milliseconds
from streams.conversation.decide import DECISIONS
from streams.conversation.groups import MEMBERS_MAX
from streams.conversation.state import Conversation
from tests.builders import ALICE, BOB
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import LATER_MS, Decided, decide_all, fold, later, messages, play, timeline


class TestTable:
    def test_has_a_row_for_each_command(self) -> None:
        assert set(get_args(AnyCommand)) == DECISIONS.keys()


def expected_kinds(some: Sequence[Decided]) -> list[str]:
    """What becomes of messages to a direct conversation, in the plainest words; histories here are shorter than the
    window."""
    is_begun, blockers = False, set[str]()
    accepted, kinds = dict[tuple[str, str], bytes](), []
    for one in some:
        if isinstance(one.command, SendMessage):
            command, key = one.command, (one.command.actor_id, one.command.client_id)
            may = command.actor_id in (ALICE, BOB) and (is_begun or command.to_user_id is not None)
            if key in accepted:
                kinds.append("repeated" if accepted[key] == command.digest else "conflict")
            elif not may:
                kinds.append("not-a-member")
            elif blockers:
                kinds.append("blocked")
            else:
                kinds.append("MessageSent")
                is_begun = True
        if isinstance(one.event, TimelineEvent):
            accepted[one.event.actor_id, one.event.client_id] = one.event.digest
        if isinstance(one.event, events.BlockSet):
            (blockers.add if one.event.is_blocked else blockers.discard)(one.event.actor_id)
    return kinds


def kind(event: AnyEvent | None) -> str:
    match event:
        case CommandRepeated():
            return "repeated"
        case CommandRefused():
            return event.reason
        case _:
            return type(event).__name__


def places(some: Sequence[AnyTimelineEvent]) -> Mapping[tuple[str, str], tuple[type, int, int, str]]:
    return {(one.actor_id, one.client_id): (type(one), one.seq, one.message_number, one.at) for one in some}


class TestAnyHistory:
    @given(arrivals(is_group=False))
    def test_every_direct_message_gets_what_is_its_due(self, some: list[Arrival]) -> None:
        decided = play(some)
        found = [kind(one.event) for one in decided if isinstance(one.command, SendMessage)]
        assert expected_kinds(decided) == found

    @given(arrivals())
    def test_every_event_is_of_its_command(self, some: list[Arrival]) -> None:
        for one in play(some):
            event, command = one.event, one.command
            if event is None:
                assert isinstance(command, AcknowledgeDelivery | AcknowledgeRead)
                continue
            assert (one.place.offset, command.conversation_id, command.actor_id, command.origin) == (
                event.command_offset,
                event.conversation_id,
                event.actor_id,
                event.origin,
            )
            expected = command.client_id if isinstance(command, KeyedCommand) else None
            assert expected == getattr(event, "client_id", None)

    @given(arrivals(is_one_writer=False))
    def test_seq_has_no_gaps_and_message_number_counts_messages(self, some: list[Arrival]) -> None:
        found = timeline(decide_all(some))
        assert list(range(1, len(found) + 1)) == [event.seq for event in found]
        counts = [len(messages(found[: n + 1])) for n in range(len(found))]
        assert counts == [event.message_number for event in found]

    @given(arrivals(is_one_writer=False))
    def test_ids_sort_like_seq(self, some: list[Arrival]) -> None:
        found = messages(decide_all(some))
        assert all(one.message_id < other.message_id for one, other in pairwise(found))
        assert all(message_milliseconds(one.message_id) == milliseconds(one.at) for one in found)

    @given(arrivals(is_one_writer=False))
    def test_no_event_is_earlier_than_one_of_the_timeline_before_it(self, some: list[Arrival]) -> None:
        found = decide_all(some)
        for n, event in enumerate(found):
            assert event.at >= max((one.at for one in timeline(found[:n])), default="")

    @given(arrivals())
    def test_every_command_again_counts_once(self, some: list[Arrival]) -> None:
        decided = play(some)
        state = decided[-1].after if decided else Conversation("")
        accepted = [one for one in decided if isinstance(one.event, TimelineEvent)]
        again = [later(state, one.command, LATER_MS) for one in accepted]
        firsts = [event.first for event in again if isinstance(event, CommandRepeated)]
        assert len(accepted) == len(firsts)
        assert places(timeline(one.event for one in accepted if one.event)) == places(firsts)

    @given(arrivals())
    def test_a_receipt_again_moves_nothing(self, some: list[Arrival]) -> None:
        for one in play(some):
            if isinstance(one.event, events.DeliveredAdvanced | events.ReadAdvanced):
                assert later(one.after, one.command) is None

    @given(arrivals())
    def test_answers_change_nothing(self, some: list[Arrival]) -> None:
        found = decide_all(some)
        facts = [event for event in found if not isinstance(event, CommandRefused | CommandRepeated)]
        assert fold(facts) == fold(found)


def presences(state: Conversation) -> Mapping[str, str]:
    """Who is there, and in which role."""
    return {one.user_id: one.role for one in state.members if one.is_present}


def states(some: Sequence[Arrival]) -> Iterator[tuple[Conversation, Conversation]]:
    return ((one.before, one.after) for one in play(some))


class TestAnyState:
    @given(arrivals())
    def test_watermarks_never_fall(self, some: list[Arrival]) -> None:
        for before, after in states(some):
            for one in before.members:
                now = after.member(one.user_id)
                assert now is not None
                assert (one.delivered_seq <= now.delivered_seq, one.read_seq <= now.read_seq) == (True, True)

    @given(arrivals())
    def test_read_is_delivered_and_nothing_lies_beyond_the_head(self, some: list[Arrival]) -> None:
        for _, after in states(some):
            for one in after.members:
                assert 0 <= one.read_seq <= one.delivered_seq <= after.head_seq

    @given(arrivals(is_group=True))
    def test_a_group_has_at_most_100_members(self, some: list[Arrival]) -> None:
        assert all(len(presences(after)) <= MEMBERS_MAX for _, after in states(some))

    @given(arrivals(is_group=True))
    def test_a_group_with_members_has_an_admin(self, some: list[Arrival]) -> None:
        for _, after in states(some):
            roles = presences(after).values()
            assert not roles or "admin" in roles

    @given(arrivals(is_group=False))
    def test_a_direct_conversation_is_of_two_for_ever(self, some: list[Arrival]) -> None:
        for _, after in states(some):
            assert presences(after).keys() in (set(), {ALICE, BOB})
            assert "admin" not in presences(after).values()

    @given(arrivals())
    def test_nobody_is_there_twice(self, some: list[Arrival]) -> None:
        for _, after in states(some):
            ids = [one.user_id for one in after.members]
            assert len(ids) == len(set(ids))


class TestAnyAcceptedCommand:
    @given(arrivals())
    def test_is_a_members_and_what_admins_do_an_admins(self, some: list[Arrival]) -> None:
        for one in play(some):
            if not isinstance(one.event, TimelineEvent) or one.event.seq == 1:
                continue
            role = presences(one.before).get(one.event.actor_id)
            assert role is not None
            assert role == "admin" or not _is_for_admins(one.event, one.before)

    @given(arrivals())
    def test_is_about_a_message_that_its_actor_could_see(self, some: list[Arrival]) -> None:
        for one in play(some):
            if isinstance(one.event, events.MessageEdited | events.MessageDeleted | events.ReactionSet):
                actor = one.before.member(one.event.actor_id)
                assert actor is not None
                assert actor.joined_seq <= one.event.message_seq <= one.before.head_seq

    @given(arrivals())
    def test_receipts_go_on_from_where_one_was(self, some: list[Arrival]) -> None:
        for one in play(some):
            if isinstance(one.event, events.DeliveredAdvanced | events.ReadAdvanced):
                actor, event = one.before.member(one.event.actor_id), one.event
                assert actor is not None
                is_read = isinstance(event, events.ReadAdvanced)
                assert event.from_seq == (actor.read_seq if is_read else actor.delivered_seq)
                assert event.from_seq < event.to_seq <= one.before.head_seq
                assert event.actor_id not in event.author_ids


def _is_for_admins(event: AnyTimelineEvent, before: Conversation) -> bool:
    match event:
        case events.RoleChanged() | events.GroupSettingsChanged():
            return True
        case events.MemberRemoved():
            return event.user_id != event.actor_id
        case events.MembersAdded():
            return before.who_can_add == "admins"
        case events.MessageSent():
            return before.who_can_send == "admins"
        case _:
            return False
