"""Repairs rows in place by what the log says. What does not hold is found by looking again, and needs a rebuild."""

from collections.abc import Awaitable, Callable, Sequence

from infra.operator.proof.differing import Difference
from infra.operator.proof.log import EventLog, Records, among, joined
from infra.operator.proof.origins import origin
from infra.operator.proof.scratch import Scratch
from infra.operator.proof.stored import Stores
from infra.stores.inbox_repairs import replacing
from infra.stores.log_ends import Offsets
from infra.stores.projections import Version
from infra.stores.receipts_repairs import ReceiptsRepairs
from infra.stores.timeline import Patch
from infra.stores.timeline_repairs import TimelineRepairs
from streams.receipts.project import project as to_receipts
from streams.runtime.records import Record
from streams.timeline.project import project as to_timeline

ABOVE = (0, 1, 1_000)
"""By so much the attempts are later than the log's own time: where a row was removed, it is not known when."""
Repair = Callable[[Sequence[Difference], Records, Offsets, int], Awaitable[Offsets]]
"""Of these rows, by all records of their conversations before some offsets, so much later than the log's own time.
Records that were read besides are put behind the others, up to what is returned. Raises StoreUnavailable."""


def repair_of(stores: Stores, log: EventLog, version: Version, scratch: Scratch | None) -> Repair | None:
    """None: rows of this view are not written one by one."""
    match version.name:
        case "timeline":
            return _timeline(TimelineRepairs(stores.cassandra, version.version))
        case "receipts":
            return _receipts(ReceiptsRepairs(stores.cassandra, version.version))
        case "inbox" if scratch is not None:
            return _inbox(stores, log, version, scratch)
        case _:
            return None


def _timeline(repairs: TimelineRepairs) -> Repair:
    async def repair(rows: Sequence[Difference], records: Records, known: Offsets, above: int) -> Offsets:
        for one in rows:
            id_, record = one.conversation_id, origin(one.key, records.get(one.conversation_id, ()))
            projected = to_timeline(record) if record and one.wanted is not None else None
            match one.key, projected:
                case ("timeline", seq), (row, _):
                    await repairs.write(row, _patches(seq, records[id_]), above=above)
                case ("timeline", seq), _:
                    await repairs.remove(id_, seq)
                case (_, at_ms, bucket), (row, _):
                    await repairs.list_bucket(id_, at_ms, bucket, row.offset, above=above)
                case (_, at_ms, bucket), _:
                    await repairs.unlist_bucket(id_, at_ms, bucket)
        return known

    return repair


def _patches(seq: int, records: Sequence[Record]) -> Sequence[Patch]:
    projected = [one for record in records if (one := to_timeline(record))]
    return [patch for _, patch in projected if patch and patch.message_seq == seq]


def _receipts(repairs: ReceiptsRepairs) -> Repair:
    async def repair(rows: Sequence[Difference], records: Records, known: Offsets, above: int) -> Offsets:
        for one in rows:
            record = origin(one.key, records.get(one.conversation_id, ()))
            if one.wanted is None or record is None:
                _, user_id, kind, to_seq = one.key
                await repairs.remove(one.conversation_id, user_id, kind, to_seq)
            else:
                for advance in to_receipts(record):
                    await repairs.write(advance, above=above)
        return known

    return repair


def _inbox(stores: Stores, log: EventLog, version: Version, scratch: Scratch) -> Repair:
    """Whole conversations: nobody else moves one on while what it should be is folded as far as it may have come."""

    async def repair(rows: Sequence[Difference], records: Records, known: Offsets, _above: int) -> Offsets:
        ids = {one.conversation_id for one in rows}
        for id_ in sorted(ids):
            async with replacing(stores.postgres, version.version, id_) as conversation:
                ends = await log.ends()
                joined(records, await log.read(among(ids), known, ends))
                known = ends
                await scratch.fold({id_: records.get(id_, [])})
                await conversation.replace(scratch.version.version)
        return known

    return repair
