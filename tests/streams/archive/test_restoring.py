"""A segment's rows go back to Cassandra, with all that became of them."""

import pytest

from streams.archive.restoring import NotToRestore, restore, rows_to_restore, verify
from tests.builders import deleted, reacted
from tests.streams.archive.house import PARTITION, ArchiveHouse


async def archived(house: ArchiveHouse) -> int:
    """The segment of a conversation in which something became of messages before and after it was archived."""
    await house.happens(house.created())
    await house.talk(2, 20)
    three, four, five = house.says(3, "text 3", house.bob), house.says(4, "text 4"), house.says(5, "text 5")
    await house.happens(house.edits(21, three, "better"), reacted(22, four, actor_id=house.bob.user_id))
    await house.happens(deleted(23, five))
    await house.archive()
    await house.happens(reacted(24, three, actor_id=house.carol.user_id))
    return (await house.segments())[0]


class TestRestore:
    async def test_cassandra_has_all_again_and_the_segment_goes(self, house: ArchiveHouse) -> None:
        segment_id = await archived(house)
        before, seen = await house.events(house.alice), list[tuple[int, int]]()
        assert 23 == await restore(house.parts, segment_id, lambda *done: seen.append(done))
        assert [(23, 23)] == seen
        assert before == await house.events(house.alice)
        assert list(range(1, 25)) == await house.in_cassandra()
        await house.archiver.sweep()
        assert (None, []) == (await house.parts.manifest.segment(segment_id), await house.segments())
        assert before == await house.events(house.alice)

    async def test_again_it_changes_nothing(self, house: ArchiveHouse) -> None:
        segment_id = await archived(house)
        await restore(house.parts, segment_id, lambda *_: None)
        before = await house.timeline.read(house.conversation_id, 1, 24)
        await restore(house.parts, segment_id, lambda *_: None)
        assert before == await house.timeline.read(house.conversation_id, 1, 24)

    async def test_what_was_restored_can_be_archived_and_restored_again(self, house: ArchiveHouse) -> None:
        segment_id = await archived(house)
        before = await house.events(house.alice)
        await restore(house.parts, segment_id, lambda *_: None)
        await house.archiver.sweep()
        assert 24 == await house.archive()  # for the reaction reached the bucket after it was archived
        assert [] == await house.in_cassandra()
        assert before == await house.events(house.alice)
        (second,) = await house.segments()
        await restore(house.parts, second, lambda *_: None)
        assert list(range(1, 25)) == await house.in_cassandra()
        assert before == await house.events(house.alice)

    async def test_only_rows_that_no_newer_segment_has(self, house: ArchiveHouse) -> None:
        first = await archived(house)
        manifest = house.parts.manifest
        await house.archive()
        (second,) = await house.segments()
        segment = await manifest.segment(second)
        assert segment is not None
        assert 24 == len(await rows_to_restore(house.parts, segment))
        with pytest.raises(NotToRestore, match="retired"):
            await restore(house.parts, first, lambda *_: None)

    async def test_not_what_is_not_there_nor_while_somebody_works(self, house: ArchiveHouse) -> None:
        segment_id = await archived(house)
        with pytest.raises(NotToRestore, match="no segment"):
            await restore(house.parts, 1 << 40, lambda *_: None)
        async with house.parts.manifest.lock(PARTITION):
            with pytest.raises(NotToRestore, match="somebody"):
                await restore(house.parts, segment_id, lambda *_: None)


class TestVerify:
    async def test_rows_of_a_sound_segment(self, house: ArchiveHouse) -> None:
        segment = await house.parts.manifest.segment(await archived(house))
        assert segment is not None
        assert 23 == await verify(house.parts, segment)
