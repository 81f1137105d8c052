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
from streams.runtime.progress import progress
from streams.runtime.records import Record
from streams.runtime.tail import Tail, TailTruncated

log = logging.getLogger(__name__)


class UnreadableEvent(Exception):
    """An event of the log cannot be decoded: the partition stops until somebody looks."""


async def fold(number: int, *, bootstrap: str, snapshots: Snapshots, committed: int) -> Partition:
    """The partition as the log says, whatever a crash left. Raises UnreadableEvent, OutOfOrder, StoreUnavailable.

    `committed` is the group's committed offset in the commands: what was decided before never comes again.
    """
    tail = Tail(bootstrap, CONVERSATION_EVENTS.name, number)
    try:
        checkpoint = await _open(tail, number, snapshots)
        partition = Partition(number, checkpoint.generation, checkpoint.next_event_offset, set(checkpoint.decided))
        async for chunk in tail.chunks():
            await _fold_chunk(partition, chunk, snapshots)
        partition.next_offset = tail.end
        partition.forget_decided(committed)
    finally:
        await tail.close()
    log.info("partition %d: folded from %d to %d", number, checkpoint.next_event_offset, tail.end)
    return partition


async def _open(tail: Tail, number: int, snapshots: Snapshots) -> Checkpoint:
    checkpoint = await snapshots.checkpoint(number)
    if checkpoint:
        try:
            await tail.open(checkpoint.next_event_offset)
            return checkpoint
        except TailTruncated as foreign:
            log.warning("the checkpoint is of another log: %s", foreign)
    log.warning("partition %d: no checkpoint; folding from the start", number)
    checkpoint = Checkpoint(uuid.uuid4(), 0)
    await snapshots.begin(checkpoint.generation)
    await tail.open(0)
    return checkpoint


async def _fold_chunk(partition: Partition, chunk: Sequence[Record], snapshots: Snapshots) -> None:
    events = [_event(record) for record in chunk]
    await load(partition, [event.conversation_id for event in events], snapshots)
    for record, event in zip(chunk, events, strict=True):
        if not partition.fold(event, record.offset):
            log.warning("partition %d: the second record of a seq at %d is dropped", record.partition, record.offset)


async def load(partition: Partition, conversation_ids: Sequence[str], snapshots: Snapshots) -> None:
    """Take the conversations into memory that are not there yet."""
    if unknown := partition.unknown(conversation_ids):
        found = await until_available(lambda: _load(partition, unknown, snapshots), "snapshots")
        for id_ in unknown:
            partition.put(id_, decode_saved(found[id_]) if id_ in found else None)


async def _load(partition: Partition, unknown: Sequence[str], snapshots: Snapshots) -> dict[str, bytes]:
    progress.touch()
    return await snapshots.load(partition.generation, unknown)


def _event(record: Record) -> AnyEvent:
    try:
        return decode_event(record.value)
    except Undecodable as broken:
        raise UnreadableEvent(f"{record.topic} {record.partition}/{record.offset}: {broken}") from broken
