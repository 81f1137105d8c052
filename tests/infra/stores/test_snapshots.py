"""Snapshots and checkpoints in Cassandra: a cache of the fold, which says when it was lost."""

import uuid

import pytest
import pytest_asyncio

from infra.stores.cassandra import Cassandra
from infra.stores.snapshots import AT_ONCE, Checkpoint, Snapshot, Snapshots
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def snapshots(cassandra: Cassandra) -> Snapshots:
    """Those of a log that no other test knows."""
    return await Snapshots.prepare(cassandra, epoch=new_id())


class TestSave:
    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
    async def test_an_older_one_never_replaces_a_newer(self, snapshots: Snapshots, order: tuple[int, ...]) -> None:
        generation, id_ = uuid.uuid4(), new_id()
        for offset in order:
            await snapshots.save(generation, [Snapshot(id_, offset, b"state %d" % offset)])
        assert {id_: b"state 3"} == await snapshots.load(generation, [id_])

    async def test_many_at_once(self, snapshots: Snapshots) -> None:
        generation, ids = uuid.uuid4(), [new_id() for _ in range(2 * AT_ONCE + 1)]
        await snapshots.save(generation, [Snapshot(id_, 1, id_.encode()) for id_ in ids])
        assert {id_: id_.encode() for id_ in ids} == await snapshots.load(generation, [*ids, new_id()])

    async def test_generations_know_nothing_of_each_other(self, snapshots: Snapshots) -> None:
        id_ = new_id()
        await snapshots.save(uuid.uuid4(), [Snapshot(id_, 1, b"state")])
        assert {} == await snapshots.load(uuid.uuid4(), [id_])


class TestCheckpoint:
    async def test_round_trip(self, snapshots: Snapshots) -> None:
        checkpoint = Checkpoint(uuid.uuid4(), 42, frozenset({3, 7, 1 << 53}))
        await snapshots.begin(checkpoint.generation)
        await snapshots.save_checkpoint(2, checkpoint)
        assert checkpoint == await snapshots.checkpoint(2)
        assert await snapshots.checkpoint(1) is None

    async def test_the_last_one_counts(self, snapshots: Snapshots) -> None:
        generation = uuid.uuid4()
        await snapshots.begin(generation)
        for offset in (5, 9):
            await snapshots.save_checkpoint(0, Checkpoint(generation, offset))
        assert Checkpoint(generation, 9) == await snapshots.checkpoint(0)

    async def test_none_without_the_sentinel_of_its_generation(self, snapshots: Snapshots) -> None:
        await snapshots.save_checkpoint(0, Checkpoint(uuid.uuid4(), 42))
        assert await snapshots.checkpoint(0) is None

    async def test_none_of_another_log(self, snapshots: Snapshots, cassandra: Cassandra) -> None:
        generation = uuid.uuid4()
        await snapshots.begin(generation)
        await snapshots.save_checkpoint(0, Checkpoint(generation, 42))
        other = await Snapshots.prepare(cassandra, epoch=new_id())
        assert await other.checkpoint(0) is None


class TestHolds:
    async def test_a_generation_that_was_begun(self, snapshots: Snapshots) -> None:
        generation = uuid.uuid4()
        assert not await snapshots.holds(generation)
        await snapshots.begin(generation)
        assert await snapshots.holds(generation)

    async def test_no_longer_when_all_was_lost(self, snapshots: Snapshots, cassandra: Cassandra) -> None:
        generation = uuid.uuid4()
        await snapshots.begin(generation)
        delete = "DELETE FROM conversation_snapshots WHERE generation = ? AND conversation_id = ?"
        await cassandra.execute(await cassandra.prepare(delete), (generation, generation))
        assert not await snapshots.holds(generation)
