"""An archiver as a process of its own, which a test lets die: `python -m tests.streams.archive.worker TOPIC [SEGMENT]`.

With a segment it restores that one.
"""

import asyncio
import sys

from schemas.topics import HOUR_MS, Topic
from streams.archive.archiver import Archiver
from streams.archive.connecting import parts
from streams.archive.restoring import restore
from streams.archive.settings import ArchiveSettings
from tests.streams.archive.house import PARTITION, far_ahead


async def main(topic_name: str, segment_id: str = "") -> None:
    settings = ArchiveSettings()
    async with parts(settings) as found:
        if segment_id:
            await restore(found, int(segment_id), lambda *_: None)
        else:
            await Archiver(settings, found, Topic(topic_name, "", (), PARTITION + 1, HOUR_MS), far_ahead).work(
                PARTITION
            )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
