"""Fan-out's membership view in Cassandra."""

import pytest
import pytest_asyncio

from infra.stores.cassandra import Cassandra
from infra.stores.memberships import AT_ONCE, Member, Memberships
from tests.builders import ALICE, BOB
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
MEMBERS = (Member(ALICE, 1), Member(BOB, 4, 9))


@pytest_asyncio.fixture(loop_scope="session")
async def memberships(cassandra: Cassandra) -> Memberships:
    return await Memberships.prepare(cassandra)


class TestMember:
    async def test_sees_from_joining_to_before_leaving(self) -> None:
        assert [False, True, True, False] == [MEMBERS[1].sees(seq) for seq in (3, 4, 8, 9)]
        assert [False, True] == [MEMBERS[0].sees(seq) for seq in (0, 1 << 53)]


class TestSave:
    async def test_round_trip(self, memberships: Memberships) -> None:
        ids = [new_id() for _ in range(AT_ONCE + 1)]
        await memberships.save(dict.fromkeys(ids, (1, MEMBERS)))
        assert dict.fromkeys(ids, MEMBERS) == await memberships.load([*ids, new_id()])

    @pytest.mark.parametrize("order", [(4, 9), (9, 4)])
    async def test_an_older_seq_never_replaces_a_newer(
        self, memberships: Memberships, order: tuple[int, ...]
    ) -> None:
        id_ = new_id()
        for seq in order:
            await memberships.save({id_: (seq, (Member(ALICE, seq),))})
        assert {id_: (Member(ALICE, 9),)} == await memberships.load([id_])

    async def test_nothing(self, memberships: Memberships) -> None:
        await memberships.save({})
        assert {} == await memberships.load([])
