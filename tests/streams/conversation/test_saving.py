"""Confirmed states are saved behind the log; the checkpoint comes last."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from infra.stores.log_ends import Offsets
from infra.stores.snapshots import Checkpoint, Snapshots
from streams.conversation.partition import Partition, Saved, decode_saved
from streams.conversation.saving import CHUNK, _save, save_for_ever
from streams.runtime.settings import StreamSettings
from tests.builders import sent
from tests.infra.stores.connecting import cassandra_of, new_id, settings_of

PATIENCE_SECONDS = 10.0


@pytest.fixture
def settings(stores: Stack) -> StreamSettings:
    return settings_of(stores, StreamSettings, snapshot_seconds=0.02, conversations_cached_max=1)


@pytest.fixture
async def snapshots(settings: StreamSettings) -> AsyncIterator[Snapshots]:
    async with cassandra_of(settings) as cassandra:
        yield await Snapshots.prepare(cassandra, epoch=new_id())


@pytest.fixture
async def partition(snapshots: Snapshots) -> Partition:
    """With more conversations than are saved at once, one message in each."""
    made = Partition(0, uuid.uuid4(), 0)
    await snapshots.begin(made.generation)
    for offset in range(CHUNK + 2):
        event = sent(1, conversation_id=new_id(), command_offset=offset)
        made.put(event.conversation_id, None)
        made.fold(event, offset)
    return made


async def saved(snapshots: Snapshots, partition: Partition, ids: list[str]) -> dict[str, Saved]:
    return {id_: decode_saved(value) for id_, value in (await snapshots.load(partition.generation, ids)).items()}


class TestSave:
    async def test_all_states_then_the_checkpoint(self, snapshots: Snapshots, partition: Partition) -> None:
        expected = dict(partition._confirmed)
        await _save(partition, snapshots, lambda: True)
        assert expected == await saved(snapshots, partition, list(expected))
        count = CHUNK + 2
        checkpoint = Checkpoint(partition.generation, count, frozenset(range(count)))
        assert checkpoint == await snapshots.checkpoint(0)

    async def test_nothing_once_the_partition_is_somebody_elses(
        self, snapshots: Snapshots, partition: Partition
    ) -> None:
        ids = list(partition._confirmed)
        await _save(partition, snapshots, lambda: False)
        assert {} == await saved(snapshots, partition, ids)
        assert await snapshots.checkpoint(0) is None

    async def test_no_checkpoint_when_it_was_lost_half_way(self, snapshots: Snapshots, partition: Partition) -> None:
        answers = iter([True, False, False])
        await _save(partition, snapshots, lambda: next(answers))
        assert CHUNK == len(await saved(snapshots, partition, list(partition._confirmed)))
        assert await snapshots.checkpoint(0) is None


class TestSaveForEver:
    async def test_saves_forgets_and_evicts(
        self, snapshots: Snapshots, partition: Partition, settings: StreamSettings
    ) -> None:
        ids, looked = list(partition._confirmed), asyncio.Event()

        async def committed() -> Offsets:
            if not partition.decided:
                looked.set()  # the second round: the first one is done
            return {0: CHUNK + 2}

        saving = asyncio.create_task(save_for_ever({0: partition}, snapshots, committed=committed, settings=settings))
        await asyncio.wait_for(looked.wait(), PATIENCE_SECONDS)
        saving.cancel()
        assert ids[:-1] == partition.unknown(ids)
        assert ids == sorted(await saved(snapshots, partition, ids), key=ids.index)
