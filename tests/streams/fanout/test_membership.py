"""Fan-out's membership view: cached, kept in Cassandra, folded from the same events as all else."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import reduce
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from infra.local.stack import Stack
from infra.stores.memberships import Member, Memberships, Roster, drops, tables
from infra.stores.settings import StoreSettings
from infra.stores.versions import Pinned, fixed
from schemas.events import AnyEvent, MessageSent
from streams.fanout import membership
from streams.fanout.membership import MembershipMissing, MembershipView, evolve
from streams.fanout.versions import Folded
from tests.builders import ALICE, BOB, CAROL, DAVE, added, blocked, created, delivered, refused, removed, sent
from tests.infra.stores.connecting import cassandra_of, new_id, settings_of
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import decide_all
from tests.streams.conversation.history import fold as state_of

BOTH = Roster((Member(ALICE, 1), Member(BOB, 1)))


@pytest.fixture
async def store(stores: Stack) -> AsyncIterator[Memberships]:
    async with cassandra_of(settings_of(stores, StoreSettings)) as cassandra:
        yield await Memberships.prepare(cassandra, fixed(1))


def talk(length: int) -> list[MessageSent]:
    conversation_id = new_id()
    return [sent(seq, conversation_id=conversation_id) for seq in range(1, length + 1)]


def roster_of(events: Sequence[AnyEvent], roster: Roster = Roster(())) -> Roster:  # noqa: B008 — frozen
    return reduce(evolve, events, roster)


class TestEvolve:
    def test_the_first_message_brings_the_members(self) -> None:
        assert BOTH == roster_of([sent(1), sent(2)])

    def test_who_is_removed_sees_that(self) -> None:
        roster = roster_of([created(), removed(4, user_id=BOB)])
        assert Member(BOB, 1, 5) in roster.members
        assert ([ALICE, BOB, CAROL], [ALICE, CAROL]) == (roster.recipients(4), roster.recipients(5))

    def test_who_comes_again_is_there_twice(self) -> None:
        roster = roster_of([created(), removed(4, user_id=BOB), added(7, member_ids=[BOB, DAVE])])
        assert [Member(BOB, 1, 5), Member(BOB, 7)] == [one for one in roster.members if one.user_id == BOB]
        assert [[BOB], [], [BOB]] == [[one for one in roster.recipients(seq) if one == BOB] for seq in (4, 6, 7)]
        assert {ALICE, BOB, CAROL, DAVE} == set(roster.present())

    def test_knows_who_blocks(self) -> None:
        roster = roster_of([blocked(), sent(1), blocked(ALICE, actor_id=BOB)])
        assert (ALICE, BOB) == roster.blocker_ids
        assert (BOB,) == roster_of([blocked(is_blocked=False)], roster).blocker_ids

    def test_other_events_change_nothing(self) -> None:
        assert BOTH is roster_of([sent(2), delivered(2), refused()], BOTH)

    @given(arrivals())
    def test_is_present_who_is_in_the_conversations_own_state(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        state, roster = state_of(events), roster_of(events)
        present = {one.user_id for one in state.members if one.is_present}
        assert present == set(roster.present())
        assert state.blocker_ids == roster.blocker_ids

    @given(arrivals(), st.integers(0, 20), st.integers(0, 20))
    def test_a_replay_changes_nothing(self, some: list[Arrival], start: int, end: int) -> None:
        """Up to the end of the log: blocks are as the last of them says."""
        events = decide_all(some)
        once = roster_of(events)
        assert once.members == roster_of(events[start:end], once).members
        assert once == roster_of(events[start:], once)

    @given(arrivals(), st.integers(1, 20))
    def test_an_event_has_the_same_recipients_whenever_it_is_folded(self, some: list[Arrival], seq: int) -> None:
        events = decide_all(some)
        until = next((n for n, event in enumerate(events, 1) if getattr(event, "seq", 0) == seq), len(events))
        if until < len(events):
            assert roster_of(events[:until]).recipients(seq) == roster_of(events).recipients(seq)


class TestFold:
    async def test_members_are_durable_afterwards(self, store: Memberships) -> None:
        view, (first, *_) = MembershipView(store), talk(1)
        await view.fold([first])
        assert BOTH == view.roster(first.conversation_id)
        assert {first.conversation_id: BOTH} == await store.load([first.conversation_id])

    async def test_another_process_knows_them_too(self, store: Memberships) -> None:
        first, second = talk(2)
        await MembershipView(store).fold([first])
        view = MembershipView(store)
        await view.fold([second])
        assert BOTH == view.roster(first.conversation_id)

    async def test_again_changes_nothing(self, store: Memberships) -> None:
        view, events = MembershipView(store), talk(3)
        for _ in range(2):
            await view.fold(events)
        assert BOTH == view.roster(events[0].conversation_id)

    async def test_a_whole_life_of_a_group_in_one_batch_or_in_many(self, store: Memberships) -> None:
        id_ = new_id()
        events: list[AnyEvent] = [
            created(conversation_id=id_),
            removed(2, user_id=BOB, conversation_id=id_),
            added(3, member_ids=[DAVE], conversation_id=id_),
            added(4, member_ids=[BOB], conversation_id=id_),
        ]
        expected = roster_of(events)
        for batches in ([events], [[event] for event in events], [events, events[2:]], [events, events[:3]]):
            view = MembershipView(store)
            for batch in batches:
                await view.fold(batch)
            assert expected == view.roster(id_)
            assert {id_: expected} == await store.load([id_])

    async def test_blocks_are_durable_too(self, store: Memberships) -> None:
        (first,) = talk(1)
        block = blocked(conversation_id=first.conversation_id, command_offset=7)
        await MembershipView(store).fold([first, block])
        found = (await store.load([first.conversation_id]))[first.conversation_id]
        assert ((ALICE,), BOTH.members) == (found.blocker_ids, found.members)

    async def test_a_block_before_the_first_message_ends_though_another_process_knew_of_it(
        self, store: Memberships
    ) -> None:
        (first,) = talk(1)
        block = blocked(command_offset=7, conversation_id=first.conversation_id)
        await MembershipView(store).fold([block])
        view = MembershipView(store)
        await view.fold([replace(block, command_offset=8, is_blocked=False), first])
        assert BOTH == view.roster(first.conversation_id)
        assert {first.conversation_id: BOTH} == await store.load([first.conversation_id])

    async def test_a_block_alone_is_no_beginning(self, store: Memberships) -> None:
        _, second = talk(2)
        block = blocked(command_offset=7, conversation_id=second.conversation_id)
        with pytest.raises(MembershipMissing, match=second.conversation_id):
            await MembershipView(store).fold([block, second])

    async def test_a_conversation_without_a_beginning_is_a_fault(self, store: Memberships) -> None:
        _, second = talk(2)
        with pytest.raises(MembershipMissing, match=second.conversation_id):
            await MembershipView(store).fold([second])


class TestIsNew:
    async def test_each_seq_once(self, store: Memberships) -> None:
        view, (one, two, three) = MembershipView(store), talk(3)
        assert [True, True, False, False, True] == [view.is_new(event) for event in (one, two, two, one, three)]

    async def test_again_once_all_is_forgotten(self, store: Memberships) -> None:
        view, (one,) = MembershipView(store), talk(1)
        view.is_new(one)
        view.forget()
        assert view.is_new(one)


class TestEvict:
    async def test_the_idlest_goes_and_comes_back_when_needed(
        self, store: Memberships, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(membership, "CACHED_MAX", 1)
        view, (idle, again), (busy,) = MembershipView(store), talk(2), talk(1)
        await view.fold([busy, idle])
        view.roster(busy.conversation_id)
        view.evict()
        assert (BOTH, None) == (view.roster(busy.conversation_id), view.roster(idle.conversation_id))
        await view.fold([again])
        assert BOTH == view.roster(idle.conversation_id)


class Folding:
    """Another version that has folded so much of each partition."""

    def __init__(self) -> None:
        self.asked: list[Mapping[int, int]] = []

    async def wait(self, offsets: Mapping[int, int]) -> None:
        self.asked.append(offsets)


class TestAnotherVersion:
    async def test_what_is_remembered_of_the_one_before_goes(self, stores: Stack) -> None:
        async with cassandra_of(settings_of(stores, StoreSettings)) as cassandra:
            for statement in tables(99):
                await cassandra.execute(statement)
            live = [1]
            pinned = Pinned(lambda: live[0])
            view = MembershipView(await Memberships.prepare(cassandra, pinned), pinned)
            events = talk(2)
            await view.fold(events[:1])
            live[0] = 99
            with pytest.raises(MembershipMissing):  # the other version has never heard of it
                await view.fold(events[1:])
            await view.fold(events)
            assert view.roster(events[0].conversation_id) == BOTH
            for statement in drops(99):
                await cassandra.execute(statement)

    async def test_it_must_have_folded_what_comes_before(self, store: Memberships) -> None:
        folding = Folding()
        view = MembershipView(store, folded=cast("Folded", folding))
        events = talk(3)
        for event, starts in zip(events, ({0: 7}, {0: 8, 1: 3}, {0: 9}), strict=True):
            await view.fold([event], starts)
        assert [{0: 7}, {1: 3}] == folding.asked  # once for each partition
        view.forget()
        await view.fold(events, {0: 7})
        assert {0: 7} == folding.asked[-1]
