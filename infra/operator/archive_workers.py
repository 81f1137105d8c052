"""One turn of the archive's, in several processes: each has some of the log's partitions, side by side.

Partitions are locked while they are archived (`streams.archive`): whoever is killed loses nothing, and an agent or
another turn beside this one is not disturbed.
"""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from infra.operator.loop import run
from schemas.topics import CONVERSATION_EVENTS, Topic
from streams.archive.archiver import Archiver
from streams.archive.connecting import parts
from streams.archive.settings import ArchiveSettings

_spawn = multiprocessing.get_context("spawn")  # a fork would share connections and threads


async def in_processes(
    settings: ArchiveSettings, workers: int, partitions: Sequence[int], topic: Topic = CONVERSATION_EVENTS
) -> int:
    """How many rows that were. Raises StoreUnavailable, TimelineBehind, CorruptSegment: what is begun goes on the next
    time."""
    shares = [share for first in range(workers) if (share := partitions[first::workers])]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(len(shares), mp_context=_spawn) as pool:
        return sum(await asyncio.gather(*(loop.run_in_executor(pool, _work, settings, one, topic) for one in shares)))


def _work(settings: ArchiveSettings, partitions: Sequence[int], topic: Topic) -> int:
    async def connected() -> int:
        async with parts(settings) as found:
            archiver = Archiver(settings, found, topic)
            return sum(await asyncio.gather(*map(archiver.work, partitions)))

    return run(connected())
