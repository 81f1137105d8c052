"""The receipts view in Cassandra."""

import random

import pytest
import pytest_asyncio

from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import BATCH_ROWS
from infra.stores.receipts import Advance, Kind, Passed, Receipts
from infra.stores.versions import fixed
from tests.builders import ALICE, BOB, CAROL, START_MS
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", params=[True, False], ids=["one replica set", "many"])
async def receipts(cassandra: Cassandra, request: pytest.FixtureRequest) -> Receipts:
    return await Receipts.prepare(cassandra, fixed(1), is_one_replica_set=request.param)


def advance(conversation_id: str, kind: Kind, to_seq: int, *, user_id: str = BOB, at_ms: int | None = None) -> Advance:
    """A seq a millisecond, unless said otherwise."""
    return Advance(conversation_id, user_id, kind, to_seq, START_MS + to_seq if at_ms is None else at_ms, offset=to_seq)


class TestPassed:
    async def test_by_the_first_advance_at_or_past(self, receipts: Receipts) -> None:
        conversation_id = new_id()
        await receipts.write([advance(conversation_id, "delivered", to_seq) for to_seq in (3, 5, 9)])
        await receipts.write([advance(conversation_id, "read", to_seq) for to_seq in (5, 8)])
        for seq, delivered, read in ((1, 3, 5), (3, 3, 5), (4, 5, 5), (6, 8, 8), (9, 9, None), (10, None, None)):
            expected = Passed(
                None if delivered is None else START_MS + delivered, None if read is None else START_MS + read
            )
            assert {BOB: expected} == await receipts.passed(conversation_id, [BOB], seq)

    async def test_each_member_by_itself(self, receipts: Receipts) -> None:
        conversation_id = new_id()
        await receipts.write(
            [advance(conversation_id, "delivered", 5), advance(conversation_id, "read", 4, user_id=CAROL)]
        )
        await receipts.write([advance(new_id(), "read", 9, user_id=ALICE)])
        expected = {ALICE: Passed(), BOB: Passed(START_MS + 5, None), CAROL: Passed(START_MS + 4, START_MS + 4)}
        assert expected == await receipts.passed(conversation_id, [ALICE, BOB, CAROL], 4)

    async def test_read_at_once_is_delivered_then(self, receipts: Receipts) -> None:
        """The delivery that a reading implies has no row: a later delivery further on is not it."""
        conversation_id = new_id()
        await receipts.write([advance(conversation_id, "read", 5), advance(conversation_id, "delivered", 9)])
        assert {BOB: Passed(START_MS + 5, START_MS + 5)} == await receipts.passed(conversation_id, [BOB], 4)

    async def test_a_whole_group(self, receipts: Receipts) -> None:
        conversation_id, user_ids = new_id(), [new_id() for _ in range(100)]
        rows = [
            advance(conversation_id, kind, 2 + number, user_id=user_id)
            for number, user_id in enumerate(user_ids)
            for kind in ("delivered", "read")
        ]
        await receipts.write(rows)
        expected = {
            user_id: Passed(START_MS + 2 + number, START_MS + 2 + number) for number, user_id in enumerate(user_ids)
        }
        assert expected == await receipts.passed(conversation_id, user_ids, 1)

    async def test_nobody(self, receipts: Receipts) -> None:
        assert {} == await receipts.passed(new_id(), [], 1)


class TestWrite:
    async def test_the_same_in_any_order_and_however_often(self, receipts: Receipts) -> None:
        conversation_id, seqs = new_id(), range(1, BATCH_ROWS * 2)
        rows = [advance(conversation_id, kind, seq) for seq in seqs for kind in ("delivered", "read")] * 2
        random.Random(7).shuffle(rows)
        await receipts.write(rows)
        for seq in seqs:
            expected = {BOB: Passed(START_MS + seq, START_MS + seq)}
            assert expected == await receipts.passed(conversation_id, [BOB], seq)

    @pytest.mark.parametrize("offsets", [(10, 11, 12), (12, 11, 10), (11, 10, 12)])
    async def test_the_first_record_wins_whatever_the_order(self, receipts: Receipts, offsets: tuple[int, ...]) -> None:
        conversation_id = new_id()
        for offset in offsets:
            await receipts.write([Advance(conversation_id, BOB, "read", 5, START_MS + offset, offset)])
        assert {BOB: Passed(START_MS + 10, START_MS + 10)} == await receipts.passed(conversation_id, [BOB], 5)

    async def test_nothing(self, receipts: Receipts) -> None:
        await receipts.write([])
