"""The archive: how fast old messages move into it, and what a page that reaches into it takes.

Rows, segments and objects are in the stack's own stores; segments and objects are removed at the end.
"""

import os
import random
import time
from collections.abc import Sequence

import msgspec

from infra.operator.archive_workers import in_processes
from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.cassandra import Cassandra
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from streams.archive.archiver import Parts
from streams.archive.connecting import parts
from streams.archive.settings import ArchiveSettings
from tests.bench.archive_seed import PARTITIONS, Old, log_of_its_own, write
from tests.bench.spread import Spread, spread

PAGE_EVENTS = 50
PAGES = 300
AFTER_DAYS = 30
WORKERS = 2


class ArchiveResult(msgspec.Struct, frozen=True):
    """`page`: of PAGE_EVENTS out of the archive, one after another, nothing of them in memory; `hot_page`: the same
    before, out of Cassandra. CPU is the archiver's own, in all of its `workers`, without the stores, and with their
    start; `load_average` when it began."""

    messages: int
    workers: int
    messages_per_second: int
    cpu_us_per_message: float
    packed_bytes: int
    segments: int
    page: Spread
    hot_page: Spread
    load_average: float


async def measure_archive(messages: int, per_conversation: int) -> ArchiveResult:
    settings = ArchiveSettings(archive_after_days=AFTER_DAYS)
    async with parts(settings) as found:
        await _forget(found)  # what a run that was killed has left
        try:
            with log_of_its_own(settings.kafka_bootstrap) as topic:
                bootstrap = settings.kafka_bootstrap
                old = await write(found.timeline, topic, bootstrap, messages, per_conversation)
                hot_page = await _pages(settings, old)
                load, began, used = os.getloadavg()[0], time.monotonic(), _of_children()
                archived = await in_processes(settings, WORKERS, PARTITIONS, topic)
                seconds, used = time.monotonic() - began, _of_children() - used
            segments = [one for one in await found.manifest.all() if one.log_partition in PARTITIONS]
            assert sum(one.last for one in old) == archived
            return ArchiveResult(
                messages=archived,
                workers=WORKERS,
                messages_per_second=round(archived / seconds),
                cpu_us_per_message=round(used / archived * 1e6, 1),
                packed_bytes=sum(one.size or 0 for one in segments),
                segments=len(segments),
                page=await _pages(settings, old),
                hot_page=hot_page,
                load_average=round(load, 2),
            )
        finally:
            await _forget(found)


async def _pages(settings: ArchiveSettings, old: Sequence[Old]) -> Spread:
    """Random pages, each by a reader who has read nothing yet."""
    object_settings, chance = ObjectSettings(), random.Random(1)
    objects, postgres = Objects(object_settings), await Postgres.connect(settings)
    cassandra = await Cassandra.connect(settings)
    index, bucket, took = ArchiveIndex(postgres), object_settings.archive_bucket, list[int]()
    for _ in range(PAGES):
        timeline = await Timeline.prepare(cassandra, fixed(1), Archive(index, objects, bucket), is_one_replica_set=True)
        one = chance.choice(old)
        first = chance.randint(1, max(1, one.last - PAGE_EVENTS + 1))
        last = min(one.last, first + PAGE_EVENTS - 1)
        began = time.monotonic_ns()
        rows = await timeline.read(one.conversation_id, first, last)
        took.append(time.monotonic_ns() - began)
        assert last - first + 1 == len(rows)
    await cassandra.close()
    await postgres.close()
    await objects.close()
    return spread(took)


def _of_children() -> float:
    """CPU seconds of those that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


async def _forget(found: Parts) -> None:
    """The bench's own segments."""
    for one in await found.manifest.all():
        if one.log_partition in PARTITIONS:
            if one.object_key:
                await found.objects.delete(found.bucket, one.object_key)
            await found.manifest.remove(one.segment_id)
    await found.manifest.forget(PARTITIONS)
