"""Old rows move into the archive, and nobody who reads notices it."""

import base64
import random

import pytest

from infra.stores.archive_index import ArchiveIndex
from infra.stores.segments import pack, unpack
from infra.stores.timeline import BUCKET_SEQS, TimelineRow
from schemas.codec import decode_event
from schemas.events import MessageEdited, MessageSent
from streams.archive.collecting import TimelineBehind
from streams.archive.form import archived_form
from tests.builders import deleted, reacted
from tests.infra.stores.house import text
from tests.streams.archive.house import LONG_AFTER_MS, PARTITION, ArchiveHouse

LAST = 2 * BUCKET_SEQS + 20


async def talked(house: ArchiveHouse, last: int = LAST) -> None:
    """A group with messages of which one was edited, one deleted, one reacted to."""
    await house.happens(house.created())
    await house.talk(2, last - 3)
    three, four, five = (house.says(seq, f"text {seq}", house.alice if seq % 3 else house.bob) for seq in (3, 4, 5))
    await house.happens(house.edits(last - 2, three, "better"), deleted(last - 1, four))
    await house.happens(reacted(last, five, actor_id=house.bob.user_id))


async def rows(house: ArchiveHouse, first: int = 1, last: int = LAST) -> list[TimelineRow]:
    return await house.timeline.read(house.conversation_id, first, last)


class TestWork:
    async def test_all_is_read_as_before(self, house: ArchiveHouse) -> None:
        await talked(house)
        before = [await house.events(one) for one in (house.alice, house.carol)]
        assert LAST == await house.archive()
        assert ([], 1) == (await house.in_cassandra(), len(await house.segments()))
        assert before == [await house.events(one) for one in (house.alice, house.carol)]

    async def test_any_range_by_any_place(self, house: ArchiveHouse) -> None:
        await talked(house)
        before, chance = await rows(house), random.Random(3)
        await house.archive()
        after = {row.seq: row for row in await rows(house)}
        for _ in range(20):
            first, last = sorted(chance.sample(range(1, LAST + 1), 2))
            assert [after[seq] for seq in range(first, last + 1)] == await rows(house, first, last)
        for row in chance.sample(before, 20):
            assert row.seq - 1 == await house.timeline.last_seq_before(house.conversation_id, row.at_ms)
            if row.message_id:
                assert row.seq == await house.timeline.seq_of(house.conversation_id, row.message_id)
                assert after[row.seq] == await house.timeline.message(house.conversation_id, row.message_id)

    async def test_a_bucket_stays_until_its_last_row_is_old(self, house: ArchiveHouse) -> None:
        await talked(house)
        young = house.says(LAST + 1, "young", at_ms=LONG_AFTER_MS - 1_000)
        await house.happens(young)
        before = await house.events(house.carol)
        assert 2 * BUCKET_SEQS - 1 == await house.archive()
        assert list(range(2 * BUCKET_SEQS, LAST + 2)) == await house.in_cassandra()
        assert before == await house.events(house.carol)

    async def test_a_bucket_that_grows_is_read_over_the_border_and_then_archived_whole(
        self, house: ArchiveHouse
    ) -> None:
        await talked(house, 20)
        await house.archive()
        (first,) = await house.segments()
        await house.talk(21, 30)
        assert list(range(21, 31)) == await house.in_cassandra()
        before = await house.events(house.alice)
        assert 30 == len(before)
        assert 30 == await house.archive()
        (second,) = await house.segments()
        assert (before, []) == (await house.events(house.alice), await house.in_cassandra())
        assert first < second
        manifest = await house.parts.manifest.segment(first)
        assert manifest is not None
        assert "retired" == manifest.state

    async def test_nothing_twice(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        assert [20, 0] == [await house.archive(), await house.archive()]

    async def test_nothing_when_it_is_off(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        house.archiver = house.archiver_of(archive_after_days=None)
        assert 0 == await house.archive()
        assert 20 == len(await house.in_cassandra())

    async def test_nothing_while_somebody_else_is_at_it(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        async with house.parts.manifest.lock(PARTITION) as is_ours:
            assert is_ours
            assert 0 == await house.archive()
        assert 20 == await house.archive()

    async def test_waits_for_a_timeline_that_is_behind(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        missing = house.says(21, "not there yet")
        house.log.append(missing)
        with pytest.raises(TimelineBehind):
            await house.archive()
        await house.happens(missing)
        assert 21 == await house.archive()

    async def test_segments_end_where_they_are_full_and_pages_cross_them(self, house: ArchiveHouse) -> None:
        house.archiver = house.archiver_of(archive_segment_bytes=1)
        for last in range(BUCKET_SEQS, 4 * BUCKET_SEQS, BUCKET_SEQS):
            await house.talk(max(1, last - BUCKET_SEQS), last - 1)
            await house.archive()
        assert 3 == len(await house.segments())
        assert list(range(1, 3 * BUCKET_SEQS)) == [row.seq for row in await rows(house, 1, 3 * BUCKET_SEQS - 1)]

    async def test_preview_changes_nothing(self, house: ArchiveHouse) -> None:
        await talked(house)
        house.long_after()
        assert LAST == await house.archiver.preview(PARTITION)
        assert (LAST, []) == (len(await house.in_cassandra()), await house.segments())

    async def test_equal_rows_give_equal_bytes_whoever_archives_them(self, house: ArchiveHouse) -> None:
        await talked(house)
        before = await rows(house)
        await house.archive()
        (data,) = await house.stored_bytes()
        assert data == pack(random.Random(5).sample(archived_form(before), len(before))).data


class TestReads:
    @pytest.mark.parametrize("first", [1, 100, BUCKET_SEQS - 10, BUCKET_SEQS - 199, LAST - 199])
    async def test_a_page_costs_at_most_two(
        self, house: ArchiveHouse, reads: list[tuple[str, int | None]], first: int
    ) -> None:
        house.archiver = house.archiver_of(archive_segment_bytes=1)
        await talked(house, BUCKET_SEQS - 1)
        await house.archive()
        await house.talk(BUCKET_SEQS, LAST)
        await house.archive()
        reads.clear()
        assert 200 == len(await rows(house, first, first + 199))
        assert 1 <= len(reads) <= 2
        assert all(length is not None for _, length in reads)

    async def test_none_for_what_is_in_cassandra(
        self, house: ArchiveHouse, reads: list[tuple[str, int | None]]
    ) -> None:
        await talked(house, 20)
        await house.archive()
        await house.talk(21, 30)
        reads.clear()
        assert 10 == len(await rows(house, 21, 30))
        assert [] == reads

    async def test_what_is_archived_of_a_conversation(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        await house.talk(21, 30)
        found = await ArchiveIndex(house.postgres).archived([house.conversation_id])
        assert {house.conversation_id: [(1, 20)]} == found


class TestLater:
    async def test_what_becomes_of_an_archived_message_is_shown(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        six, seven = house.says(6, "text 6", house.bob), house.says(7, "text 7")
        await house.happens(reacted(21, six, actor_id=house.carol.user_id), house.edits(22, seven, "edited"))
        await house.happens(deleted(23, house.says(5, "text 5")))
        shown = {frame["seq"]: frame for frame in await house.events(house.alice)}
        assert [{"user_id": house.carol.user_id, "emoji": "👍"}] == shown[6]["reactions"]
        assert ("edited", True, None) == (text(shown[7]), shown[5]["is_deleted"], text(shown[5]))
        assert 23 == len(shown)

    async def test_a_patch_that_comes_late_survives_the_removal_of_its_row(self, house: ArchiveHouse) -> None:
        """Its event was in the log before the row left; only the view was behind."""
        await talked(house, 20)
        await house.archive()
        segment_id = (await house.segments())[0]
        six = house.says(6, "text 6", house.bob)
        await house.happens(reacted(21, six, actor_id=house.carol.user_id))
        archived = await rows(house, 1, 20)
        await house.parts.moves.remove([row for row in archived if row.seq != 6], segment_id)
        (row,) = await rows(house, 6, 6)
        assert {21: (house.carol.user_id, "👍")} == row.reactions

    async def test_a_deleted_body_leaves_the_archive(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        five = house.says(5, "text 5")
        (row,) = await rows(house, 5, 5)
        sealed = _sealed(row)
        assert [5] == [one.seq for one in await kept(house) if one.event and sealed in one.event]
        await house.happens(deleted(21, five))
        await house.note_deletion(5)
        before = await house.events(house.alice)
        await house.archive()
        assert 1 <= await house.archiver.sweep()
        assert before == await house.events(house.alice)
        assert not [one for one in await kept(house) if one.event and sealed in one.event]
        assert [] == await house.parts.manifest.due(PARTITION, 0)

    async def test_the_body_of_an_edit_leaves_it_too(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        (row,) = await rows(house, 3, 3)
        (edit,) = row.edits.values()
        sealed = _sealed(row, edit)
        await house.happens(deleted(21, house.says(3, "text 3", house.bob)))
        await house.note_deletion(3)
        await house.archive()
        await house.archiver.sweep()
        left = await kept(house)
        assert 21 == len(left)
        assert not [one for one in left for value in (one.event, *one.edits.values()) if value and sealed in value]

    async def test_a_deletion_waits_for_the_timeline(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        await house.note_deletion(5)
        await house.archive()
        assert [house.deletion(5)] == await house.parts.manifest.due(PARTITION, 0)


async def kept(house: ArchiveHouse) -> list[TimelineRow]:
    """What stands in the object store."""
    return [row for data in await house.stored_bytes() for row in unpack(data).rows()]


def _sealed(row: TimelineRow, value: bytes | None = None) -> bytes:
    """A body's ciphertext as it stands in JSON."""
    event = decode_event(value or row.event or b"")
    assert isinstance(event, MessageSent | MessageEdited)
    return base64.b64encode(event.body.sealed)


class TestErased:
    async def test_bodies_are_unreadable_in_the_archive_too(self, house: ArchiveHouse) -> None:
        await talked(house, 20)
        await house.archive()
        async with house.postgres.connection() as connection:
            await connection.execute(
                "UPDATE data_keys SET wrapped = NULL, erased_at = now() WHERE user_id = %s", (house.bob.user_id,)
            )
        shown = [frame for frame in await house.events(house.alice) if frame["type"] == "MessageSent"]
        by_bob = [frame for frame in shown if frame["sender_id"] == house.bob.user_id]
        assert by_bob
        assert {None} == {text(frame) for frame in by_bob}
        assert any(text(frame) for frame in shown)
