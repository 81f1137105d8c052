"""How writes are put into batches."""

from uuid import uuid4

import pytest

from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import BATCH_ROWS, BATCH_ROWS_LEAST, WRITES_AT_ONCE, GroupedWrites

pytestmark = pytest.mark.asyncio(loop_scope="session")
INSERT = "INSERT INTO timeline_1 (conversation_id, bucket, seq) VALUES (?, 0, ?)"


async def sizes(cassandra: Cassandra, rows: int, partitions: int, *, is_one_replica_set: bool = True) -> list[int]:
    statement = await cassandra.prepare(INSERT)
    ids = [uuid4() for _ in range(partitions)]
    writes = [(ids[seq % partitions], statement, (ids[seq % partitions], seq)) for seq in range(rows)]
    batches = GroupedWrites(cassandra, is_one_replica_set=is_one_replica_set)._batches(writes)
    return [len(one._statements_and_parameters) for one in batches]


class TestBatches:
    async def test_few_rows_are_spread_over_what_may_be_under_way(self, cassandra: Cassandra) -> None:
        found = await sizes(cassandra, 150, 150)
        assert (150, BATCH_ROWS_LEAST) == (sum(found), max(found))
        assert len(found) <= WRITES_AT_ONCE

    async def test_many_fill_them(self, cassandra: Cassandra) -> None:
        found = await sizes(cassandra, 2_000, 1_000)
        assert (2_000, 32) == (sum(found), max(found))
        assert len(found) <= WRITES_AT_ONCE

    async def test_never_more_than_one_may_hold(self, cassandra: Cassandra) -> None:
        assert BATCH_ROWS == max(await sizes(cassandra, 2 * BATCH_ROWS * WRITES_AT_ONCE, 10))

    async def test_of_several_replica_sets_each_partition_is_one_of_its_own(self, cassandra: Cassandra) -> None:
        assert [3] * 7 == await sizes(cassandra, 21, 7, is_one_replica_set=False)
