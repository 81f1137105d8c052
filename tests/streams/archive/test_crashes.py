"""A crash at each step: at no moment is a row readable from nowhere, and the next archiver finishes the work."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from infra.local.stack import Stack
from streams.archive.restoring import restore
from tests.builders import deleted, reacted
from tests.streams.archive.house import PARTITION, ArchiveHouse
from tests.streams.archive.test_archiver import LAST, talked

ROOT = Path(__file__).parents[3]
KILLED = -9
STEPS = ("planned", "written", "verified", "published", "removing")


async def dies(stores: Stack, house: ArchiveHouse, step: str, *arguments: str) -> int:
    """The exit code of an archiver that dies at this step."""
    environment = {
        **os.environ,
        **stores.environment(),
        "BACKCHANNEL_FAULT": f"archive.{step}:kill",
        "BACKCHANNEL_ARCHIVE_AFTER_DAYS": "1",
        "BACKCHANNEL_ARCHIVE_REWRITE_SECONDS": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.streams.archive.worker", house.log.topic.name, *arguments,
        cwd=ROOT, env=environment,
    )  # fmt: skip
    return await asyncio.wait_for(process.wait(), 60)


class TestArchiving:
    @pytest.mark.parametrize("step", STEPS)
    async def test_goes_on_after_a_crash(self, stores: Stack, house: ArchiveHouse, step: str) -> None:
        await talked(house)
        before = await house.events(house.alice)
        house.long_after()
        assert KILLED == await dies(stores, house, step)
        assert before == await house.events(house.alice)
        six = house.says(6, "text 6", house.bob)
        await house.happens(reacted(LAST + 1, six, actor_id=house.carol.user_id))
        before = await house.events(house.alice)
        while await house.archive():
            assert before == await house.events(house.alice)
        assert [] == await house.in_cassandra()
        assert before == await house.events(house.alice)
        assert await house.parts.manifest.in_work(PARTITION) is None

    @pytest.mark.parametrize("step", STEPS[1:])
    async def test_of_writing_a_segment_anew(self, stores: Stack, house: ArchiveHouse, step: str) -> None:
        await talked(house)
        await house.archive()
        await house.happens(deleted(LAST + 1, house.says(5, "text 5")))
        await house.note_deletion(5)
        before = await house.events(house.alice)
        assert KILLED == await dies(stores, house, step)
        assert before == await house.events(house.alice)
        await house.archive()
        assert before == await house.events(house.alice)
        assert [] == await house.parts.manifest.due(PARTITION, 0)
        assert await house.parts.manifest.in_work(PARTITION) is None


class TestRestoring:
    async def test_again_after_a_crash(self, stores: Stack, house: ArchiveHouse) -> None:
        await house.talk(1, 1_100)
        await house.archive()
        before = await house.timeline.read(house.conversation_id, 1, 1_100)
        (segment_id,) = await house.segments()
        assert KILLED == await dies(stores, house, "restoring", str(segment_id))
        assert before == await house.timeline.read(house.conversation_id, 1, 1_100)
        assert 1_000 == len(await house.in_cassandra())
        await restore(house.parts, segment_id, lambda *_: None)
        assert 1_100 == len(await house.in_cassandra())
        assert before == await house.timeline.read(house.conversation_id, 1, 1_100)
