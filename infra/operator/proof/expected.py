"""What views should say of a conversation, by its records alone. Pure. That of the inbox is found by `scratch`."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from infra.operator.proof.rows import RowKey, Rows, Values, memberships_rows, timeline_rows
from infra.stores.memberships import Roster
from infra.stores.timeline import Deleted, Edited, Patch, Reacted, TimelineRow, bucket_of, first_seq
from infra.stores.whole_timeline import WholeConversation
from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent
from streams.fanout.membership import evolve
from streams.receipts.project import project as to_receipts
from streams.runtime.records import Record
from streams.timeline.project import project as to_timeline

Expect = Callable[[str, Sequence[Record]], Rows]
"""The rows of a conversation, given by its id and its records in their order."""


def timeline(conversation_id: str, records: Sequence[Record]) -> Rows:
    rows, patches, buckets = dict[int, TimelineRow](), list[Patch](), set[tuple[int, int]]()
    for record in records:
        if projected := to_timeline(record):
            row, patch = projected
            rows.setdefault(row.seq, row)
            patches += [patch] if patch else []
            bucket = bucket_of(row.seq)
            if row.seq == first_seq(bucket):
                buckets.add((row.at_ms, bucket))
    for seq, changed in _changed(conversation_id, rows, patches).items():
        rows[seq] = changed
    return timeline_rows(WholeConversation(list(rows.values()), list(buckets)))


def receipts(_conversation_id: str, records: Sequence[Record]) -> Rows:
    rows = dict[RowKey, Values]()
    for record in records:
        try:
            for one in to_receipts(record):
                rows.setdefault(("receipts", one.user_id, one.kind, one.to_seq), (one.at_ms,))
        except Undecodable:
            continue  # as its agent, which raises the alarm
    return rows


def memberships(_conversation_id: str, records: Sequence[Record]) -> Rows:
    roster = Roster(())
    for event in events(records):
        roster = evolve(roster, event)
    return memberships_rows(roster)


EXPECTED: Mapping[str, Expect] = {"timeline": timeline, "receipts": receipts, "memberships": memberships}


def events(records: Sequence[Record]) -> Iterator[AnyEvent]:
    """Those that can be read."""
    for record in records:
        try:
            yield decode_event(record.value)
        except Undecodable:
            continue


def _changed(
    conversation_id: str, rows: Mapping[int, TimelineRow], patches: Sequence[Patch]
) -> Mapping[int, TimelineRow]:
    """The rows of messages of which something became; the first record of an edit or a reaction wins."""
    found: dict[int, TimelineRow] = {}
    for patch in patches:
        seq = patch.message_seq
        row = found.get(seq) or rows.get(seq) or TimelineRow(conversation_id, seq, -1, 0, None)
        match patch:
            case Edited():
                found[seq] = replace(row, edits={patch.seq: patch.event} | dict(row.edits))
            case Deleted():
                found[seq] = replace(row, deleted_seq=max(patch.seq, row.deleted_seq or 0))
            case Reacted():
                reaction = (patch.user_id, patch.emoji)
                found[seq] = replace(row, reactions={patch.seq: reaction} | dict(row.reactions))
    return found
