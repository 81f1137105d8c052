"""The fold of a partition's tail on assignment: from the checkpoint to the end, or from the start without one."""

import logging
import uuid
from collections.abc import Sequence

from infra.stores.faults import until_available
from infra.stores.snapshots import Checkpoint, Snapshots
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent
from schemas.topics import CONVERSATION_EVENTS
from streams.conversation.partition import Partition, decode_saved
from streams.conversation.state import OutOfOrder
from streams.runtime.progress import progress
from streams.runtime.records import Record
from streams.runtime.tail import Tail, TailTruncated

log = logging.getLogger(__name__)


class UnreadableEvent(Exception):
    """An event of the log cannot be decoded: the partition stops until somebody looks."""


class GenerationLost(Exception):
    """The snapshots are gone: a conversation without one may be an old one. Fold from the start."""


async def fold(number: int, *, bootstrap: str, snapshots: Snapshots, committed: int) -> Partition:
    """The partition as the log says, whatever a crash left.

    `committed` is the group's committed offset in the commands: what was decided before never comes again.
    Raises UnreadableEvent, OutOfOrder, TailTruncated: the log itself is broken. Raises StoreUnavailable.
    """
    tail = Tail(bootstrap, CONVERSATION_EVENTS.name, number)
    try:
        partition = await _fold_saved(tail, number, snapshots) or await _fold_all(tail, number, snapshots)
    finally:
        await tail.close()
    partition.forget_decided(committed)
    return partition


async def _fold_saved(tail: Tail, number: int, snapshots: Snapshots) -> Partition | None:
    """From the checkpoint; None if there is none that fits this log."""
    if not (checkpoint := await snapshots.checkpoint(number)):
        return None
    try:
        return await _fold_from(tail, number, checkpoint, snapshots)
    except (TailTruncated, GenerationLost, OutOfOrder) as foreign:
        log.warning("partition %d: the checkpoint is not of this log: %s", number, foreign)
        return None


async def _fold_all(tail: Tail, number: int, snapshots: Snapshots) -> Partition:
    log.warning("partition %d: no checkpoint; folding from the start", number)
    start = Checkpoint(uuid.uuid4(), 0)
    await snapshots.begin(start.generation)
    return await _fold_from(tail, number, start, snapshots)


async def _fold_from(tail: Tail, number: int, checkpoint: Checkpoint, snapshots: Snapshots) -> Partition:
    partition = Partition(number, checkpoint.generation, checkpoint.next_event_offset, set(checkpoint.decided))
    await tail.open(checkpoint.next_event_offset)
    async for chunk in tail.chunks():
        await _fold_chunk(partition, chunk, snapshots)
    partition.next_offset = tail.end
    log.info("partition %d: folded from %d to %d", number, checkpoint.next_event_offset, tail.end)
    return partition


async def _fold_chunk(partition: Partition, chunk: Sequence[Record], snapshots: Snapshots) -> None:
    events = [_event(record) for record in chunk]
    await load(partition, [event.conversation_id for event in events], snapshots)
    for record, event in zip(chunk, events, strict=True):
        if not partition.fold(event, record.offset):
            log.warning("partition %d: the second record of a seq at %d is dropped", record.partition, record.offset)


async def load(partition: Partition, conversation_ids: Sequence[str], snapshots: Snapshots) -> None:
    """Take the conversations into memory that are not there yet. Raises GenerationLost.

    Again until all are there at once: while some are fetched, others may be evicted.
    """
    while unknown := partition.unknown(conversation_ids):
        found = await until_available(lambda: _load(partition, unknown, snapshots), "snapshots")
        for id_ in unknown:
            partition.put(id_, decode_saved(found[id_]) if id_ in found else None)


async def _load(partition: Partition, unknown: Sequence[str], snapshots: Snapshots) -> dict[str, bytes]:
    progress.touch()
    found = await snapshots.load(partition.generation, unknown)
    if len(found) < len(unknown) and not await snapshots.holds(partition.generation):
        raise GenerationLost(f"partition {partition.number}: generation {partition.generation} is gone")
    return found


def _event(record: Record) -> AnyEvent:
    try:
        return decode_event(record.value)
    except Undecodable as broken:
        raise UnreadableEvent(f"{record.topic} {record.partition}/{record.offset}: {broken}") from broken
