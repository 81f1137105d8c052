"""The archive's format: rows to bytes and back."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from infra.stores.segments import BLOCK_BYTES, MAGIC, CorruptSegment, pack, unpack, unpack_block
from infra.stores.timeline import TimelineRow
from schemas.archive import Range
from tests.builders import ALICE, BOB, CONVERSATION, START_MS
from tests.strategies.timelines import timelines

GOLDEN = Path(__file__).parent / "golden" / "segment.v1.bin"
OTHER = "00000000-0000-4000-8000-000000000001"


def row(seq: int, conversation_id: str = CONVERSATION, size: int = 100) -> TimelineRow:
    return TimelineRow(conversation_id, seq, START_MS + seq, 0, random.Random(seq).randbytes(size), BOB)


def ordered(rows: list[TimelineRow]) -> list[TimelineRow]:
    return sorted(rows, key=lambda row: (row.conversation_id, row.seq))


def golden_rows() -> list[TimelineRow]:
    """Everything that a row can be. Never changed: the file was made of it."""
    return [
        TimelineRow(CONVERSATION, 1, START_MS, 0, b'{"type":"GroupCreated"}'),
        TimelineRow(
            CONVERSATION, 2, START_MS + 1, 0, b'{"type":"MessageSent"}', ALICE,
            edits={3: b'{"type":"MessageEdited"}'}, deleted_seq=4, reactions={5: (BOB, "👍"), 6: (BOB, None)},
        ),
        TimelineRow(OTHER, 7, START_MS + 2, 0, None, unreadable="cannot be read"),
    ]  # fmt: skip


class TestPack:
    @given(timelines())
    def test_read_again(self, rows: list[TimelineRow]) -> None:
        packed = pack(rows)
        segment = unpack(packed.data)
        assert packed == segment
        assert ordered(rows) == segment.rows() == packed.rows()
        assert len(rows) == segment.index.rows
        assert (min(row.at_ms for row in rows), max(row.at_ms for row in rows)) == (
            segment.index.from_ms,
            segment.index.to_ms,
        )

    @given(timelines(), st.randoms(use_true_random=False))
    def test_equal_rows_give_equal_bytes_in_any_order(self, rows: list[TimelineRow], chance: random.Random) -> None:
        shuffled = [
            replace(
                row,
                edits=dict(chance.sample(sorted(row.edits.items()), len(row.edits))),
                reactions=dict(chance.sample(sorted(row.reactions.items()), len(row.reactions))),
            )
            for row in chance.sample(rows, len(rows))
        ]
        assert pack(rows).data == pack(shuffled).data

    @given(timelines())
    def test_the_index_names_every_row_once_and_its_block_has_it(self, rows: list[TimelineRow]) -> None:
        segment = pack(rows)
        named = [(one.conversation_id, seq) for one in segment.index.ranges for seq in range(one.first, one.last + 1)]
        assert sorted((row.conversation_id, row.seq) for row in rows) == named
        for one in segment.index.ranges:
            block = unpack_block(segment.data[one.position : one.position + one.length])
            assert {(one.conversation_id, seq) for seq in range(one.first, one.last + 1)} <= {
                (row.conversation_id, row.seq) for row in block
            }

    def test_blocks_are_cut_and_follow_each_other(self) -> None:
        segment = pack([row(seq, size=1_000) for seq in range(1, 301)])
        places = [(one.position, one.length) for one in segment.index.ranges]
        assert -(-300 * 1_064 // (BLOCK_BYTES + 1_064)) == len(places)
        assert len(MAGIC) == places[0][0]
        assert [position + length for position, length in places][:-1] == [position for position, _ in places][1:]

    def test_a_block_holds_many_conversations(self) -> None:
        ranges = pack([row(1), row(2), row(4), row(1, OTHER)]).index.ranges
        assert 1 == len({one.position for one in ranges})
        assert [(OTHER, 1, 1), (CONVERSATION, 1, 2), (CONVERSATION, 4, 4)] == sorted(map(_named, ranges))

    def test_compressed(self) -> None:
        rows = [TimelineRow(CONVERSATION, seq, START_MS + seq, 0, b'{"type":"MessageSent"}' * 50) for seq in range(99)]
        segment = pack(rows)
        assert len(segment.data) < 99 * 1_100 / 20
        assert segment.data[len(MAGIC) :].startswith(b"\x28\xb5\x2f\xfd")  # a zstd frame, RFC 8878

    def test_nothing(self) -> None:
        with pytest.raises(ValueError, match="without rows"):
            pack([])


def _named(one: Range) -> tuple[str, int, int]:
    return one.conversation_id, one.first, one.last


class TestCorrupt:
    @given(timelines(), st.data())
    def test_any_changed_byte_is_noticed(self, rows: list[TimelineRow], data: st.DataObject) -> None:
        good = pack(rows).data
        place = data.draw(st.integers(0, len(good) - 1))
        bad = bytearray(good)
        bad[place] ^= data.draw(st.integers(1, 255))
        with pytest.raises(CorruptSegment):
            unpack(bytes(bad))

    @given(timelines(), st.data())
    def test_any_cut_is_noticed(self, rows: list[TimelineRow], data: st.DataObject) -> None:
        good = pack(rows).data
        with pytest.raises(CorruptSegment):
            unpack(good[: data.draw(st.integers(0, len(good) - 1))])

    @given(timelines(), st.data())
    def test_a_block_alone_gives_its_rows_or_none(self, rows: list[TimelineRow], data: st.DataObject) -> None:
        segment = pack(rows)
        one = segment.index.ranges[0]
        block = segment.data[one.position : one.position + one.length]
        bad = bytearray(block)
        bad[data.draw(st.integers(0, len(block) - 1))] ^= data.draw(st.integers(1, 255))
        try:
            found = unpack_block(bytes(bad))
        except CorruptSegment:
            return
        assert unpack_block(block) == found  # a bit that says nothing, such as the frame's unused ones

    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        for read in (unpack, unpack_block):
            with pytest.raises(CorruptSegment):
                read(data)


class TestGolden:
    def test_the_recorded_segment_is_read_for_ever(self) -> None:
        assert ordered(golden_rows()) == unpack(GOLDEN.read_bytes()).rows()
