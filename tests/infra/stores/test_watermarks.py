"""Others' watermarks as the caller may see them: up to one's own last message that they cover."""

import pytest
import pytest_asyncio
from msgspec.structs import replace

from infra.stores import watermarks
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.watermarks import FIRST_STEP_SEQS, LOOK_BACK_SEQS, covered
from schemas.events import AnyEvent
from tests.builders import added, delivered, read, removed
from tests.infra.stores.house import House, Person

in_one_loop = pytest.mark.asyncio(loop_scope="session")


class TestCovered:
    @pytest.mark.parametrize(
        ("watermark", "shown"), [(0, 0), (1, 0), (2, 2), (3, 2), (4, 2), (5, 5), (8, 5), (9, 9), (100, 9)]
    )
    def test_last_own_message_below(self, watermark: int, shown: int) -> None:
        assert shown == covered([2, 5, 9], watermark, nothing=0)

    def test_nothing_when_one_wrote_nothing(self) -> None:
        assert 3 == covered([], 100, nothing=3)


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres: Postgres, cassandra: Cassandra, settings: StoreSettings) -> House:
    return await House.build(postgres, cassandra, settings)


async def shown(house: House, to: Person, of: Person) -> tuple[int, int] | None:
    """How far one member has got and read, as shown to another; None: they are not there."""
    membership = await house.membership(to)
    members = await house.inbox.members(house.conversation_id, membership.head_seq)
    found = await watermarks.shown(house.timeline, to.user_id, membership, members)
    marks = {one.user_id: (one.delivered_seq, one.read_seq) for one in found}
    return marks.get(of.user_id)


async def passes(house: House, who: Person, delivered_seq: int, read_seq: int, *, is_private: bool = False) -> None:
    receipts: list[AnyEvent] = [delivered(delivered_seq), read(read_seq, is_private=is_private)]
    for one in receipts:
        own = replace(one, conversation_id=house.conversation_id, actor_id=who.user_id)
        await house.happens_in_inbox(own)


@in_one_loop
class TestShown:
    async def test_up_to_ones_own_last_message_that_they_cover(self, house: House) -> None:
        mine = [house.says(seq, "mine") for seq in (2, 4)]
        theirs = [house.says(seq, "theirs", house.carol) for seq in (3, 5, 6)]
        await house.happens(house.created(), *sorted([*mine, *theirs], key=lambda one: one.seq))
        await passes(house, house.bob, 5, 3)
        assert ((4, 2), (5, 3)) == (
            await shown(house, house.alice, house.bob),
            await shown(house, house.carol, house.bob),
        )

    async def test_ones_own_as_they_are(self, house: House) -> None:
        await house.happens(house.says(1, "mine"), house.says(2, "mine"), house.says(3, "mine"))
        await passes(house, house.bob, 3, 2, is_private=True)
        assert ((3, 2), (3, 0)) == (
            await shown(house, house.bob, house.bob),
            await shown(house, house.alice, house.bob),
        )

    async def test_an_edit_counts_as_written(self, house: House) -> None:
        """Receipts of an edited message are those that pass the edit."""
        hello = house.says(1, "hello")
        await house.happens(hello, house.says(2, "hi", house.bob), house.edits(3, hello, "hey"))
        await passes(house, house.bob, 3, 3)
        assert (3, 3) == await shown(house, house.alice, house.bob)

    async def test_nothing_to_who_wrote_nothing(self, house: House) -> None:
        await house.happens(house.created(), house.says(2, "hello"), house.says(3, "again"))
        await passes(house, house.bob, 3, 3)
        assert (0, 0) == await shown(house, house.carol, house.bob)

    async def test_nothing_beyond_the_leaving_to_who_has_left(self, house: House) -> None:
        id_, carol = house.conversation_id, house.carol.user_id
        await house.happens(house.created(), house.says(2, "hello", house.carol))
        await house.happens(removed(3, user_id=carol, conversation_id=id_), house.says(4, "Carol is gone"))
        await house.happens(added(5, member_ids=[carol], conversation_id=id_))
        await house.happens(house.says(6, "hi", house.carol), removed(7, user_id=carol, conversation_id=id_))
        await house.happens(house.says(8, "again"))
        await passes(house, house.bob, 8, 8)
        assert ((6, 6), (8, 8)) == (
            await shown(house, house.carol, house.bob),
            await shown(house, house.alice, house.bob),
        )

    async def test_over_more_than_one_look_back(self, house: House) -> None:
        last = 4 * FIRST_STEP_SEQS
        others = [house.says(seq, "theirs", house.carol) for seq in range(3, last)]
        await house.happens(house.created(), house.says(2, "mine"), *others)
        await passes(house, house.bob, last - 1, last - 1)
        assert (2, 2) == await shown(house, house.alice, house.bob)

    async def test_less_than_could_be_where_ones_own_are_too_far_back(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert FIRST_STEP_SEQS < LOOK_BACK_SEQS
        monkeypatch.setattr(watermarks, "LOOK_BACK_SEQS", FIRST_STEP_SEQS)
        last = 2 * FIRST_STEP_SEQS
        others = [house.says(seq, "theirs", house.carol) for seq in range(3, last)]
        await house.happens(house.created(), house.says(2, "mine"), *others)
        await passes(house, house.bob, last - 1, last - 1)
        assert (0, 0) == await shown(house, house.alice, house.bob)
