"""An export at its place: brings it up to what the log, and the live views, hold now.

Each step is durable before the next: a file is written aside, goes to its place, and counts once the manifest names
it. A crash repeats what the manifest does not name.
"""

import asyncio
import gc
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from infra.operator.exports import manifest as manifests
from infra.operator.exports.manifest import LogFile, Manifest
from infra.operator.exports.pieces import Piece, pieces
from infra.operator.exports.writing import Written, write
from infra.operator.progress import Advance
from infra.operator.running import Failed
from infra.stores.export_places import ExportPlace
from infra.stores.log_ends import LogEnds
from infra.stores.log_reading import LogReader, RangeGone
from schemas.topics import Topic
from streams.runtime.faults import fault_point

AT_ONCE = 2
"""Pieces that are written at once: reading and compressing leave the interpreter to others."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Work:
    """The pieces of a topic, whose log has this id."""

    topic: Topic
    topic_id: str
    pieces: Sequence[Piece]

    @property
    def records(self) -> int:
        """That are read."""
        return sum(len(one.span) for one in self.pieces)

    @property
    def added(self) -> int:
        """That were not exported yet."""
        return self.records - sum(one.replaced.rows for one in self.pieces if one.replaced)


class Export:
    """An export at a place, and its manifest as it stands there."""

    def __init__(self, place: ExportPlace, manifest: Manifest) -> None:
        self.place = place
        self.manifest = manifest

    @classmethod
    async def open(cls, place: ExportPlace) -> "Export":
        """Raises Failed where there are files of an export without a word about them."""
        data = await place.read(manifests.NAME)
        if data is not None:
            return cls(place, manifests.decode(data))
        if await place.sizes():
            raise Failed(f"{place.url} has files of an export, but no {manifests.NAME}: it is damaged")
        return cls(place, Manifest())

    async def save(self, manifest: Manifest) -> None:
        await self.place.write(manifests.NAME, manifests.encode(manifest))
        self.manifest = manifest

    async def sweep(self) -> None:
        """Delete what the manifest does not name: left by a crash, or replaced."""
        named = {one.name for one in self.manifest.all_files}
        for name in set(await self.place.sizes()) - named:
            await self.place.delete(name)

    async def work(self, topic: Topic, reader: LogReader, ends: LogEnds, *, accept_gap: bool) -> Work:
        """What is to be done about a topic. Raises Failed, StoreUnavailable."""
        topic_id = await ends.epoch(topic)
        known = self.manifest.logs.get(topic.name, topic_id)
        if known != topic_id:
            raise Failed(f"{self.place.url} has {topic.name} of another log ({known}; this one is {topic_id})")
        spans = await asyncio.to_thread(reader.spans, topic)
        found = [pieces(one, self.manifest.of(topic.name, one.partition), accept_gap=accept_gap) for one in spans]
        return Work(topic, topic_id, [piece for some in found for piece in some])

    async def add(self, work: Work, reader: LogReader, scratch: Path, advance: Advance) -> None:
        """Do it. Raises Failed, PlaceTaken, PlaceUnusable, StoreUnavailable."""
        await self.save(self.manifest.with_log(work.topic.name, work.topic_id))
        with collector_off():
            async for piece, files in in_order(work.pieces, lambda piece: _written(reader, piece, scratch), AT_ONCE):
                fault_point("export.written")
                for one in files:
                    await self.place.put(one.entry.name, one.path, one.entry.sha256)
                fault_point("export.put")
                await self.save(self.manifest.with_files((one.entry for one in files), piece.replaced, piece.gap))
                fault_point("export.named")
                advance(len(piece.span))


async def existing(place: ExportPlace) -> Export:
    """An export that is there. Raises Failed."""
    found = await Export.open(place)
    if not found.manifest.logs and not found.manifest.views:
        raise Failed(f"there is no export at {place.url}")
    return found


def _written(reader: LogReader, piece: Piece, scratch: Path) -> list[Written[LogFile]]:
    try:
        with writable(scratch):
            return write(reader.runs(piece.span), scratch)
    except RangeGone as gone:
        raise Failed(f"{gone}: it was deleted while it was exported; run it again") from gone


@contextmanager
def writable(scratch: Path) -> Iterator[None]:
    """A disk that is full, or gone, is a sentence. Raises Failed."""
    try:
        yield
    except OSError as fault:
        why = os.strerror(fault.errno) if fault.errno else str(fault)
        raise Failed(f"cannot write to {scratch}: {why}; what the manifest names is whole") from fault


async def in_order(items: Iterable[T], work: Callable[[T], R], at_once: int) -> AsyncIterator[tuple[T, R]]:
    """The results in the items' order, some of them ahead in threads, but no more than are taken."""
    loop, ahead = asyncio.get_running_loop(), deque[tuple[T, asyncio.Future[R]]]()
    with ThreadPoolExecutor(at_once, thread_name_prefix="export") as threads:
        try:
            for item in items:
                ahead.append((item, loop.run_in_executor(threads, work, item)))
                if len(ahead) > at_once:
                    first, future = ahead.popleft()
                    yield first, await future
            while ahead:
                first, future = ahead.popleft()
                yield first, await future
        finally:
            for _, future in ahead:
                future.cancel()  # nobody asks any more what comes of them


@contextmanager
def collector_off() -> Iterator[None]:
    """A record is some forty objects and never a cycle; looking for cycles among them took half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
