"""Exports of records that a test has made up."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from infra.operator.exports import writing
from infra.operator.exports.export import Export
from infra.stores.export_places import Folder
from infra.stores.log_reading import Record
from schemas import codec, envelope
from schemas.events import AnyEvent, TimelineEvent
from schemas.times import milliseconds
from schemas.topics import CONVERSATION_EVENTS

TRACE = "00-00000000000000000000000000000001-0000000000000001-01"


def logged(event: AnyEvent, offset: int, at: str, *, partition: int = 0) -> Record:
    """An event as the conversation agent appends it, at a time as `2026-11-24T13:00:00Z`."""
    headers = envelope.headers(
        event, id_=f"{partition}-{event.command_offset}", source="conversation", subject=event.conversation_id,
        at=event.at, trace=TRACE,
    )  # fmt: skip
    if isinstance(event, TimelineEvent):
        headers.append(("seq", str(event.seq).encode()))
    return Record(
        CONVERSATION_EVENTS.name, partition, offset, milliseconds(at), event.conversation_id.encode(),
        codec.encode(event), headers,  # type: ignore[arg-type]  # bytes, as the envelope makes them
    )  # fmt: skip


def logged_in_turn(*happened: tuple[str, AnyEvent]) -> list[Record]:
    """Events with their times, one after the other in partition 0."""
    return [logged(event, offset, at) for offset, (at, event) in enumerate(happened)]


def write(folder: Path, records: Sequence[Record]) -> None:
    """The same, for tests that are not in a loop."""
    asyncio.run(exported(folder, records))


async def exported(folder: Path, records: Sequence[Record]) -> Folder:
    """An export of these records, by partition and offset, as the whole of their log."""
    place = Folder(folder)
    async with place.locked() as scratch:
        export = await Export.open(place)
        await export.save(export.manifest.with_log(CONVERSATION_EVENTS.name, "a log"))
        for _, some in groupby(records, key=lambda record: record.partition):
            files = writing.write([list(some)], scratch)
            for one in files:
                await place.put(one.entry.name, one.path, one.entry.sha256)
            await export.save(export.manifest.with_files([one.entry for one in files], None, None))
    return place
