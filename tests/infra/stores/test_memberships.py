"""Fan-out's membership view in Cassandra."""

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from infra.stores.cassandra import Cassandra
from infra.stores.memberships import AT_ONCE, Member, Memberships, Roster
from infra.stores.versions import fixed
from tests.builders import ALICE, BOB, CAROL
from tests.infra.stores.connecting import new_id

MEMBERS = (Member(ALICE, 1), Member(BOB, 4, 9))
ROSTER = Roster(MEMBERS)
in_one_loop = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def memberships(cassandra: Cassandra) -> Memberships:
    return await Memberships.prepare(cassandra, fixed(1))


class TestMember:
    def test_sees_from_joining_to_before_leaving(self) -> None:
        assert [False, True, True, False] == [MEMBERS[1].sees(seq) for seq in (3, 4, 8, 9)]
        assert [False, True] == [MEMBERS[0].sees(seq) for seq in (0, 1 << 53)]


class TestRoster:
    @pytest.mark.parametrize(("seq", "expected"), [(1, [ALICE]), (4, [ALICE, BOB]), (8, [ALICE, BOB]), (9, [ALICE])])
    def test_recipients_are_those_whose_interval_holds_the_seq(self, seq: int, expected: list[str]) -> None:
        assert expected == Roster((*MEMBERS, Member(CAROL, 12))).recipients(seq)

    def test_present_is_who_did_not_leave(self) -> None:
        assert [ALICE, BOB] == Roster((*MEMBERS, Member(BOB, 12))).present()

    @given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)), max_size=5), st.integers(1, 9))
    def test_recipients_are_the_same_whenever_the_event_is_folded(
        self, intervals: list[tuple[int, int | None]], seq: int
    ) -> None:
        """Who left after the event, or joined after it, changes nothing for it."""
        now = tuple(Member(f"user-{n}", joined, left) for n, (joined, left) in enumerate(intervals))
        then = tuple(
            Member(one.user_id, one.joined, one.left if one.left is not None and one.left <= seq else None)
            for one in now
            if one.joined <= seq
        )
        assert Roster(then).recipients(seq) == Roster(now).recipients(seq)


@in_one_loop
class TestSave:
    async def test_round_trip(self, memberships: Memberships) -> None:
        ids = [new_id() for _ in range(AT_ONCE + 1)]
        await memberships.save(dict.fromkeys(ids, (1, MEMBERS)))
        assert dict.fromkeys(ids, ROSTER) == await memberships.load([*ids, new_id()])

    @pytest.mark.parametrize("order", [(4, 9), (9, 4)])
    async def test_an_older_seq_never_replaces_a_newer(self, memberships: Memberships, order: tuple[int, ...]) -> None:
        id_ = new_id()
        for seq in order:
            await memberships.save({id_: (seq, (Member(ALICE, seq),))})
        assert {id_: Roster((Member(ALICE, 9),))} == await memberships.load([id_])

    async def test_nothing(self, memberships: Memberships) -> None:
        await memberships.save({})
        assert {} == await memberships.load([])


@in_one_loop
class TestSaveBlockers:
    @pytest.mark.parametrize("order", [(4, 9), (9, 4)])
    async def test_beside_the_members_and_ordered_by_themselves(
        self, memberships: Memberships, order: tuple[int, ...]
    ) -> None:
        id_, blockers = new_id(), {4: (ALICE,), 9: (ALICE, BOB)}
        await memberships.save({id_: (1_000, MEMBERS)})
        for offset in order:
            await memberships.save_blockers({id_: (offset, blockers[offset])})
        assert {id_: Roster(MEMBERS, (ALICE, BOB))} == await memberships.load([id_])

    async def test_before_anybody_is_a_member(self, memberships: Memberships) -> None:
        id_ = new_id()
        await memberships.save_blockers({id_: (1, (ALICE,))})
        assert {id_: Roster((), (ALICE,))} == await memberships.load([id_])
