"""The timeline view in Cassandra."""

import random

import pytest
import pytest_asyncio

from infra.stores.cassandra import Cassandra
from infra.stores.grouped_writes import BATCH_ROWS
from infra.stores.timeline import (
    BUCKET_SEQS,
    Deleted,
    Edited,
    Patch,
    Reacted,
    Timeline,
    TimelineRow,
    bucket_of,
    first_seq,
)
from infra.stores.versions import fixed
from schemas.ids import message_id
from tests.builders import ALICE, BOB, START_MS
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
LAST = 2 * BUCKET_SEQS + 10


@pytest_asyncio.fixture(loop_scope="session", params=[True, False], ids=["one replica set", "many"])
async def timeline(cassandra: Cassandra, request: pytest.FixtureRequest) -> Timeline:
    return await Timeline.prepare(cassandra, fixed(1), is_one_replica_set=request.param)


def row(conversation_id: str, seq: int, event: bytes | None = None, offset: int | None = None) -> TimelineRow:
    """Three events a millisecond; every tenth has no message."""
    at_ms = START_MS + seq // 3
    offset = seq if offset is None else offset
    id_ = None if seq % 10 == 0 else message_id(at_ms, 0, seq)
    return TimelineRow(conversation_id, seq, at_ms, offset, event or b"event %d" % seq, id_)


def shown(rows: list[TimelineRow]) -> list[tuple[int, bytes | None]]:
    return [(one.seq, one.event) for one in rows]


async def filled(timeline: Timeline, last: int = LAST) -> str:
    """A conversation with rows 1 to `last`, written in no order."""
    conversation_id = new_id()
    rows = [row(conversation_id, seq) for seq in range(1, last + 1)]
    random.Random(7).shuffle(rows)
    await timeline.write(rows)
    return conversation_id


class TestBuckets:
    async def test_begin_with_their_first_seq(self) -> None:
        assert [1, BUCKET_SEQS, 2 * BUCKET_SEQS] == [first_seq(bucket) for bucket in range(3)]
        assert [0, 0, 1] == [bucket_of(seq) for seq in (1, BUCKET_SEQS - 1, BUCKET_SEQS)]


class TestRead:
    @pytest.mark.parametrize(
        ("first", "last"),
        [(1, 5), (1, LAST), (BUCKET_SEQS - 2, BUCKET_SEQS + 2), (LAST, LAST), (BUCKET_SEQS, BUCKET_SEQS)],
    )
    async def test_ascending_over_borders_of_buckets(self, timeline: Timeline, first: int, last: int) -> None:
        conversation_id = await filled(timeline)
        found = await timeline.read(conversation_id, first, last)
        assert [(seq, b"event %d" % seq) for seq in range(first, last + 1)] == shown(found)

    async def test_nothing_beyond_the_last_or_from_an_empty_range(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline, 3)
        assert [2, 3] == [one.seq for one in await timeline.read(conversation_id, 2, 900)]
        assert [] == await timeline.read(conversation_id, 3, 2)
        assert [] == await timeline.read(new_id(), 1, 9)

    async def test_all_of_a_row(self, timeline: Timeline) -> None:
        conversation_id = new_id()
        expected = TimelineRow(conversation_id, 4, START_MS, 0, None, None, "cannot be read")
        await timeline.write([expected])
        assert [expected] == await timeline.read(conversation_id, 4, 4)


class TestWrite:
    async def test_again_changes_nothing(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline, BATCH_ROWS + 1)
        before = await timeline.read(conversation_id, 1, 99)
        await timeline.write([row(conversation_id, seq) for seq in range(1, 5)])
        assert before == await timeline.read(conversation_id, 1, 99)

    @pytest.mark.parametrize("order", [(10, 11, 12), (12, 11, 10), (11, 10, 12)])
    async def test_the_first_record_of_a_seq_wins_whatever_the_order(
        self, timeline: Timeline, order: tuple[int, ...]
    ) -> None:
        conversation_id = new_id()
        for offset in order:
            await timeline.write([row(conversation_id, 5, b"at %d" % offset, offset)])
        assert [(5, b"at 10")] == shown(await timeline.read(conversation_id, 5, 5))

    async def test_the_first_record_wins_within_one_batch(self, timeline: Timeline) -> None:
        conversation_id = new_id()
        await timeline.write([row(conversation_id, 5, b"second", 12), row(conversation_id, 5, b"first", 10)])
        assert [(5, b"first")] == shown(await timeline.read(conversation_id, 5, 5))

    async def test_nothing(self, timeline: Timeline) -> None:
        await timeline.write([])


MESSAGE = 4
REACTED = {7: (ALICE, "👍"), 8: (BOB, "👍"), 9: (ALICE, None), 10: (BOB, "❤️")}


def patches(conversation_id: str) -> list[Patch]:
    """All that became of one message; the last word counts, whatever comes when."""
    return [
        Edited(conversation_id, MESSAGE, 5, 50, b"first edit"),
        Edited(conversation_id, MESSAGE, 6, 60, b"second edit"),
        Reacted(conversation_id, MESSAGE, 7, 70, ALICE, "👍"),
        Reacted(conversation_id, MESSAGE, 8, 80, BOB, "👍"),
        Reacted(conversation_id, MESSAGE, 9, 90, ALICE, None),
        Reacted(conversation_id, MESSAGE, 10, 100, BOB, "❤️"),
        Deleted(conversation_id, MESSAGE, 11),
    ]


async def message(timeline: Timeline, conversation_id: str) -> TimelineRow:
    (found,) = await timeline.read(conversation_id, MESSAGE, MESSAGE)
    return found


class TestPatches:
    async def test_are_laid_beside_the_row(self, timeline: Timeline) -> None:
        conversation_id = new_id()
        await timeline.write([row(conversation_id, MESSAGE)], patches(conversation_id))
        found = await message(timeline, conversation_id)
        assert row(conversation_id, MESSAGE).event == found.event
        assert {5: b"first edit", 6: b"second edit"} == found.edits
        assert (11, REACTED) == (found.deleted_seq, found.reactions)

    @pytest.mark.parametrize("seed", range(6))
    async def test_in_any_order_and_repeated_give_the_same(self, timeline: Timeline, seed: int) -> None:
        conversation_id, chance = new_id(), random.Random(seed)
        some = patches(conversation_id) * 2
        chance.shuffle(some)
        cut = chance.randrange(len(some))
        await timeline.write([], some[:cut])
        await timeline.write([row(conversation_id, MESSAGE)], some[cut:])
        await timeline.write([], [chance.choice(some)])
        found = await message(timeline, conversation_id)
        assert ({5: b"first edit", 6: b"second edit"}, 11, REACTED) == (
            found.edits,
            found.deleted_seq,
            found.reactions,
        )

    async def test_alone_are_no_row(self, timeline: Timeline) -> None:
        conversation_id = new_id()
        await timeline.write([], patches(conversation_id))
        assert [] == await timeline.read(conversation_id, 1, 99)
        assert 0 == await timeline.last_seq_before(conversation_id, START_MS + 60_000)

    async def test_of_many_messages_in_one_write(self, timeline: Timeline) -> None:
        conversation_id = new_id()
        seqs = range(1, BUCKET_SEQS + BATCH_ROWS)
        some = [Deleted(conversation_id, seq, 1_000 + seq) for seq in seqs]
        await timeline.write([row(conversation_id, seq) for seq in seqs], some)
        found = await timeline.read(conversation_id, 1, 1_000)
        assert [(seq, 1_000 + seq) for seq in seqs] == [(one.seq, one.deleted_seq) for one in found]

    @pytest.mark.parametrize("offsets", [(50, 51), (51, 50)])
    async def test_the_first_record_of_an_edits_seq_wins(self, timeline: Timeline, offsets: tuple[int, int]) -> None:
        conversation_id = new_id()
        await timeline.write([row(conversation_id, MESSAGE)])
        for offset in offsets:
            await timeline.write([], [Edited(conversation_id, MESSAGE, 5, offset, b"at %d" % offset)])
        assert {5: b"at 50"} == (await message(timeline, conversation_id)).edits


class TestMessage:
    async def test_its_row(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline, 7)
        id_ = row(conversation_id, MESSAGE).message_id
        assert id_ is not None
        await timeline.write([], [Deleted(conversation_id, MESSAGE, 9)])
        found = await timeline.message(conversation_id, id_)
        assert found is not None
        assert (MESSAGE, b"event 4", 9) == (found.seq, found.event, found.deleted_seq)

    async def test_none(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline, 3)
        assert await timeline.message(conversation_id, message_id(START_MS, 1, 999)) is None
        assert await timeline.message(new_id(), message_id(START_MS, 0, 1)) is None


class TestSeqOf:
    async def test_any_message(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline)
        for seq in (1, 2, BUCKET_SEQS - 1, BUCKET_SEQS, BUCKET_SEQS + 1, LAST):
            id_ = row(conversation_id, seq).message_id
            if id_ is not None:
                assert seq == await timeline.seq_of(conversation_id, id_)

    async def test_none(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline, 3)
        for at_ms in (0, START_MS, START_MS + 10_000):
            assert await timeline.seq_of(conversation_id, message_id(at_ms, 1, 999)) is None
        assert await timeline.seq_of(new_id(), message_id(START_MS, 0, 1)) is None


class TestLastSeqBefore:
    @pytest.mark.parametrize("seq", [3, 4, BUCKET_SEQS - 1, BUCKET_SEQS, BUCKET_SEQS + 3, LAST])
    async def test_any_time(self, timeline: Timeline, seq: int) -> None:
        conversation_id = await filled(timeline)
        at_ms = row(conversation_id, seq).at_ms
        before = [other for other in range(1, LAST + 1) if row(conversation_id, other).at_ms < at_ms]
        assert max(before, default=0) == await timeline.last_seq_before(conversation_id, at_ms)

    async def test_before_the_first_and_after_the_last(self, timeline: Timeline) -> None:
        conversation_id = await filled(timeline)
        assert 0 == await timeline.last_seq_before(conversation_id, START_MS)
        assert LAST == await timeline.last_seq_before(conversation_id, START_MS + 60_000)
        assert 0 == await timeline.last_seq_before(new_id(), START_MS)
