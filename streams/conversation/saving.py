"""Saves confirmed states behind the log: first the snapshots, then the checkpoint that relies on them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.log_ends import Offsets
from infra.stores.snapshots import Snapshots
from streams.conversation.partition import Partition
from streams.runtime.faults import fault_point
from streams.runtime.settings import StreamSettings

CHUNK = 16  # conversations saved at once; between two chunks the loop is free for what is urgent
PAUSE_SECONDS = 0.01
LOOK_SECONDS = 1.0


async def save_for_ever(
    partitions: Mapping[int, Partition],
    snapshots: Snapshots,
    *,
    committed: Callable[[], Awaitable[Offsets]],
    settings: StreamSettings,
) -> None:
    """Save the changed conversations of all partitions by time and by count, and bound what is in memory."""
    while True:
        await _until_due(partitions, settings)
        try:
            offsets = await committed()
        except StoreUnavailable:
            continue
        for number, partition in list(partitions.items()):
            partition.forget_decided(offsets[number])
            await _save(partition, snapshots, lambda p=partition, n=number: partitions.get(n) is p)  # type: ignore[misc]
            partition.evict(settings.conversations_cached_max // len(partitions) if partitions else 0)


async def _until_due(partitions: Mapping[int, Partition], settings: StreamSettings) -> None:
    loop = asyncio.get_running_loop()
    due_at = loop.time() + settings.snapshot_seconds
    while loop.time() < due_at:
        await asyncio.sleep(min(LOOK_SECONDS, settings.snapshot_seconds))
        if any(partition.unsaved_events >= settings.snapshot_events for partition in partitions.values()):
            return


async def _save(partition: Partition, snapshots: Snapshots, is_ours: Callable[[], bool]) -> None:
    changed = partition.begin_saving()
    if changed is None:
        return
    states, checkpoint = changed
    for start in range(0, len(states), CHUNK):
        if not is_ours():
            return
        chunk = states[start : start + CHUNK]
        await until_available(lambda some=chunk: snapshots.save(partition.generation, some), "snapshots")  # type: ignore[misc]
        await asyncio.sleep(PAUSE_SECONDS)
    fault_point("conversation.snapshots-saved")
    if is_ours():
        await until_available(lambda: snapshots.save_checkpoint(partition.number, checkpoint), "checkpoint")
        partition.end_saving(checkpoint)
