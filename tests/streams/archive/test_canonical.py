"""A conversation is the same to a proof whether it is archived, patched since, restored, or was never moved."""

import pytest

from infra.operator.proof import expected
from infra.operator.proof.differing import differences
from infra.operator.proof.origins import last_bucket
from infra.operator.proof.rows import Rows, timeline_rows
from infra.stores.archive import Archive
from infra.stores.archive_index import ArchiveIndex
from infra.stores.whole_timeline import WholeTimeline, bucket_part
from schemas.events import AnyEvent
from streams.archive.restoring import restore
from tests.builders import deleted, reacted, record
from tests.streams.archive.house import ArchiveHouse

LAST = 300


async def stored(house: ArchiveHouse) -> Rows:
    parts, id_ = house.parts, house.conversation_id
    whole = WholeTimeline(
        parts.timeline._cassandra, 1, Archive(ArchiveIndex(house.postgres), parts.objects, parts.bucket),
        ArchiveIndex(house.postgres),
    )  # fmt: skip
    return timeline_rows((await whole.read({id_: [bucket_part(0), bucket_part(1)]}))[id_])


async def listed(house: ArchiveHouse) -> bool:
    """Whether the conversation is found at all."""
    parts = house.parts
    archive = Archive(ArchiveIndex(house.postgres), parts.objects, parts.bucket)
    whole = WholeTimeline(parts.timeline._cassandra, 1, archive, ArchiveIndex(house.postgres))
    found = {id_.hex() async for page in whole.partitions() for id_, _ in page}
    return house.conversation_id.replace("-", "") in found


class TestCanonical:
    async def test_the_same_wherever_it_is(self, house: ArchiveHouse) -> None:
        said: list[AnyEvent] = [house.created(), *(house.says(seq, f"text {seq}") for seq in range(2, LAST + 1))]
        three, four, five, six = [house.says(seq, f"text {seq}") for seq in (3, 4, 5, 6)]
        before: list[AnyEvent] = [
            house.edits(LAST + 1, three, "better"),
            reacted(LAST + 2, four, actor_id=house.bob.user_id, **house.here),
            house.edits(LAST + 3, five, "edited, then deleted"),
            deleted(LAST + 4, five, **house.here),
        ]
        later: list[AnyEvent] = [
            house.edits(LAST + 5, four, "late"),
            deleted(LAST + 6, six, **house.here),
        ]
        await house.happens(*said, *before)
        self.agrees(await stored(house), house, [*said, *before])

        assert await house.archive()
        assert [] == await house.in_cassandra()
        assert await listed(house)
        self.agrees(await stored(house), house, [*said, *before])

        await house.happens(*later)
        self.agrees(await stored(house), house, [*said, *before, *later])
        for segment in await house.segments():
            await restore(house.parts, segment, lambda *_: None)
        self.agrees(await stored(house), house, [*said, *before, *later])

    @staticmethod
    def agrees(rows: Rows, house: ArchiveHouse, events: list[AnyEvent]) -> None:
        records = [record(event, offset) for offset, event in enumerate(events)]
        assert 1 == last_bucket(records)
        wanted = expected.timeline(house.conversation_id, records)
        assert [] == [(one.kind, one.key, one.fields) for one in differences(house.conversation_id, wanted, rows)]

    async def test_what_a_corrupt_segment_had_is_missing(
        self, house: ArchiveHouse, caplog: pytest.LogCaptureFixture
    ) -> None:
        await house.happens(house.created())
        await house.talk(2, 20)
        await house.archive()
        for one in await house.parts.manifest.all():
            if one.object_key and one.segment_id in await house.segments():
                await house.parts.objects.delete(house.parts.bucket, one.object_key)
        assert {"timeline_buckets"} == {table for table, *_ in await stored(house)}
        assert "the archive is corrupt" in caplog.text
