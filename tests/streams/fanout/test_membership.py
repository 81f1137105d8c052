"""Fan-out's membership view: cached, kept in Cassandra, folded from the same events as all else."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from infra.stores.memberships import Member, Memberships
from infra.stores.settings import StoreSettings
from schemas.events import MessageSent
from streams.fanout import membership
from streams.fanout.membership import MembershipMissing, MembershipView
from tests.builders import ALICE, BOB, sent
from tests.infra.stores.connecting import cassandra_of, new_id, settings_of

BOTH = (Member(ALICE, 1), Member(BOB, 1))


@pytest.fixture
async def store(stores: Stack) -> AsyncIterator[Memberships]:
    async with cassandra_of(settings_of(stores, StoreSettings)) as cassandra:
        yield await Memberships.prepare(cassandra)


def talk(length: int) -> list[MessageSent]:
    conversation_id = new_id()
    return [sent(seq, conversation_id=conversation_id) for seq in range(1, length + 1)]


class TestFold:
    async def test_the_first_message_brings_the_members(self, store: Memberships) -> None:
        view, (first, *_) = MembershipView(store), talk(1)
        await view.fold([first])
        assert BOTH == view.members(first.conversation_id)
        assert {first.conversation_id: BOTH} == await store.load([first.conversation_id])

    async def test_another_process_knows_them_too(self, store: Memberships) -> None:
        first, second = talk(2)
        await MembershipView(store).fold([first])
        view = MembershipView(store)
        await view.fold([second])
        assert BOTH == view.members(first.conversation_id)

    async def test_again_changes_nothing(self, store: Memberships) -> None:
        view, events = MembershipView(store), talk(3)
        for _ in range(2):
            await view.fold(events)
        assert BOTH == view.members(events[0].conversation_id)

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
        view.members(busy.conversation_id)
        view.evict()
        assert BOTH == view.members(busy.conversation_id)
        await view.fold([again])
        assert BOTH == view.members(idle.conversation_id)
