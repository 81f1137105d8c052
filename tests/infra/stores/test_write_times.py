"""The order of Cassandra's write timestamps, on which moving rows rests."""

from hypothesis import given
from hypothesis import strategies as st

from infra.stores.grouped_writes import first_wins
from infra.stores.write_times import (
    marked_deleted,
    patch_removed,
    patch_returned,
    patched,
    row_removed,
    row_returned,
)

numbers = st.integers(0, 1 << 50)
segments = st.integers(1, 1 << 49)


class TestOrder:
    @given(numbers, segments, numbers, numbers)
    def test_kinds(self, offset: int, segment_id: int, later: int, seq: int) -> None:
        """What the log gave, its removal and return, what became of it, and the removal and return of that."""
        rows = first_wins(offset) < row_removed(segment_id) < row_returned(segment_id)
        patches = max(patched(later), marked_deleted(seq)) < patch_removed(segment_id) < patch_returned(segment_id)
        assert rows
        assert row_returned(segment_id) < min(patched(later), marked_deleted(seq))
        assert patches

    @given(segments)
    def test_a_later_segment_over_an_earlier_one(self, segment_id: int) -> None:
        assert row_returned(segment_id) < row_removed(segment_id + 1)
        assert patch_returned(segment_id) < patch_removed(segment_id + 1)

    def test_of_patches_the_first_record_wins_of_deletions_the_last(self) -> None:
        assert patched(7) > patched(8)
        assert marked_deleted(8) > marked_deleted(7)
