"""Differences between views and the log, planted behind the back of those who write views."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.operator.proof.stored import Stores
from infra.stores import write_times

HERE = "WHERE conversation_id = %(id)s"

Plant = Callable[[Stores, UUID], Awaitable[None]]
Counts = tuple[int, int, int]


async def cell(stores: Stores, query: str) -> Any:
    return (await stores.cassandra.execute(query))[0][0]


async def timeline_row_missing(stores: Stores, id_: UUID, seq: int = 7) -> None:
    here = f"FROM timeline_1 {{}} WHERE conversation_id = {id_} AND bucket = 0 AND seq = {seq}"
    at = await cell(stores, f"SELECT WRITETIME(at_ms) {here.format('')}")
    await stores.cassandra.execute(f"DELETE {here.format(f'USING TIMESTAMP {at}')}")


async def timeline_row_different(stores: Stores, id_: UUID) -> None:
    here = f"WHERE conversation_id = {id_} AND bucket = 0 AND seq = 8"
    at = await cell(stores, f"SELECT WRITETIME(event) FROM timeline_1 {here}")  # noqa: S608
    await stores.cassandra.execute(
        f"UPDATE timeline_1 USING TIMESTAMP {at + 3} SET event = 0x7b7d, at_ms = 5 {here}"  # noqa: S608
    )


async def timeline_row_extra(stores: Stores, id_: UUID) -> None:
    await stores.cassandra.execute(
        "INSERT INTO timeline_1 (conversation_id, bucket, seq, at_ms, event)"  # noqa: S608
        f" VALUES ({id_}, 8, 2300, 5, 0x7b7d) USING TIMESTAMP 77"
    )


async def edit_extra(stores: Stores, id_: UUID) -> None:
    await stores.cassandra.execute(
        f"UPDATE timeline_1 USING TIMESTAMP {write_times.patched(1)} SET edits[9999] = 0x7b7d"  # noqa: S608
        f" WHERE conversation_id = {id_} AND bucket = 0 AND seq = 9"
    )


async def bucket_missing(stores: Stores, id_: UUID) -> None:
    """At the time at which it was written: that of the row that begins it."""
    here = f"WHERE conversation_id = {id_} AND bucket = 0 AND seq = 1"
    at_ms, at = (await stores.cassandra.execute(f"SELECT at_ms, WRITETIME(at_ms) FROM timeline_1 {here}"))[0]  # noqa: S608
    this = f"WHERE conversation_id = {id_} AND at_ms = {at_ms} AND bucket = 0"
    await stores.cassandra.execute(f"DELETE FROM timeline_buckets_1 USING TIMESTAMP {at} {this}")  # noqa: S608  our own


async def receipt_of(stores: Stores, id_: UUID) -> tuple[str, int]:
    """Where one is, and when it was written."""
    (user_id, kind, to_seq, at), *_ = await stores.cassandra.execute(
        f"SELECT user_id, kind, to_seq, WRITETIME(at_ms) FROM receipts_1 WHERE conversation_id = {id_}"  # noqa: S608
        " LIMIT 1 ALLOW FILTERING"
    )
    return f"WHERE conversation_id = {id_} AND user_id = {user_id} AND kind = '{kind}' AND to_seq = {to_seq}", at


async def receipt_missing(stores: Stores, id_: UUID) -> None:
    here, at = await receipt_of(stores, id_)
    await stores.cassandra.execute(f"DELETE FROM receipts_1 USING TIMESTAMP {at} {here}")  # noqa: S608


async def receipt_different(stores: Stores, id_: UUID) -> None:
    here, at = await receipt_of(stores, id_)
    await stores.cassandra.execute(f"UPDATE receipts_1 USING TIMESTAMP {at + 1} SET at_ms = 1 {here}")  # noqa: S608


async def receipt_extra(stores: Stores, id_: UUID) -> None:
    here, at = await receipt_of(stores, id_)
    extra = here.rpartition("=")[0] + "= 99999"
    await stores.cassandra.execute(f"UPDATE receipts_1 USING TIMESTAMP {at} SET at_ms = 1 {extra}")  # noqa: S608


def inbox(query: str) -> Plant:
    async def plant(stores: Stores, id_: UUID) -> None:
        async with stores.postgres.connection() as connection:
            assert (await connection.execute(query.format(HERE=HERE).encode(), {"id": id_})).rowcount

    return plant


@dataclass(frozen=True, slots=True)
class Planted:
    """In which view, how, and what is to be found: how many rows are missing, extra, different, and in which fields."""

    view: str
    plant: Plant
    counts: Counts
    fields: dict[str, int]


MISSING, EXTRA, DIFFERENT = (1, 0, 0), (0, 1, 0), (0, 0, 1)
PLANTED = [
    Planted("timeline", timeline_row_missing, MISSING, {}),
    Planted("timeline", timeline_row_different, DIFFERENT, {"timeline.event": 1, "timeline.at_ms": 1}),
    Planted("timeline", timeline_row_extra, EXTRA, {}),
    Planted("timeline", edit_extra, DIFFERENT, {"timeline.edits": 1}),
    Planted("timeline", bucket_missing, MISSING, {}),
    Planted("receipts", receipt_missing, MISSING, {}),
    Planted("receipts", receipt_different, DIFFERENT, {"receipts.at_ms": 1}),
    Planted("receipts", receipt_extra, EXTRA, {}),
    Planted("inbox", inbox("DELETE FROM inbox_2.members {HERE} AND position %% 2 = 0"), MISSING, {}),
    Planted(
        "inbox",
        inbox("UPDATE inbox_2.conversations SET head_seq = 9, advanced_at = now() {HERE}"),
        DIFFERENT,
        {"conversations.head_seq": 1, "conversations.advanced_at": 1},
    ),
    Planted("inbox", inbox("INSERT INTO inbox_2.silent_events VALUES (%(id)s, 3)"), EXTRA, {}),
]
