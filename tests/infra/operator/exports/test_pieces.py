"""Which ranges are written next: a function of the log alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.operator.exports.manifest import Gap, LogFile
from infra.operator.exports.pieces import RANGE_RECORDS, Piece, pieces
from infra.operator.running import Failed
from infra.stores.log_reading import Span

FULL = RANGE_RECORDS


def span(start: int, end: int) -> Span:
    return Span("t", 2, start, end)


def file(first: int, end: int) -> LogFile:
    """A file of the offsets from `first` to before `end`."""
    return LogFile(f"{first}-{end}", "t", 2, "2026-11-24", first, end - 1, end - first, 1, "", 1)


class TestFirst:
    def test_nothing_of_an_empty_log(self) -> None:
        assert [] == pieces(span(0, 0), [])

    def test_cut_at_aligned_offsets(self) -> None:
        assert [span(0, FULL), span(FULL, 2 * FULL), span(2 * FULL, 2 * FULL + 5)] == spans(
            pieces(span(0, 2 * FULL + 5), [])
        )

    def test_begins_where_the_log_does(self) -> None:
        assert [span(FULL - 3, FULL), span(FULL, FULL + 1)] == spans(pieces(span(FULL - 3, FULL + 1), []))


class TestNext:
    def test_nothing_new(self) -> None:
        assert [] == pieces(span(0, 7), [file(0, 7)])

    def test_an_open_range_is_written_anew(self) -> None:
        assert [Piece(span(0, 9), replaced=file(0, 7))] == pieces(span(0, 9), [file(0, 7)])

    def test_only_its_last_file(self) -> None:
        """The date changed at offset 5."""
        assert [Piece(span(5, 9), replaced=file(5, 7))] == pieces(span(0, 9), [file(0, 5), file(5, 7)])

    def test_a_full_range_stays(self) -> None:
        assert [Piece(span(FULL, FULL + 2))] == pieces(span(0, FULL + 2), [file(0, FULL)])

    def test_what_is_no_longer_kept_stays_as_it_was_written(self) -> None:
        assert [Piece(span(7, 9))] == pieces(span(3, 9), [file(0, 7)])

    @given(st.lists(st.integers(0, 3 * FULL), min_size=1, max_size=5).map(sorted))
    def test_the_same_however_often_it_was_run(self, ends: list[int]) -> None:
        """Without changes of date, a piece is a file."""
        files: list[LogFile] = []
        for end in ends:
            for piece in pieces(span(0, end), files):
                files = [one for one in files if one != piece.replaced]
                files.append(file(piece.span.start, piece.span.end))
        assert spans(pieces(span(0, ends[-1]), [])) == [span(one.first_offset, one.last_offset + 1) for one in files]


class TestGone:
    def test_refused_when_the_log_has_lost_what_comes_next(self) -> None:
        with pytest.raises(Failed, match="t/2: offsets 7 to 8 are no longer kept"):
            pieces(span(9, 20), [file(0, 7)])

    def test_accepted(self) -> None:
        assert [Piece(span(9, 20), gap=Gap("t", 2, 7, 8))] == pieces(span(9, 20), [file(0, 7)], accept_gap=True)

    def test_all_of_it(self) -> None:
        assert [] == pieces(span(9, 9), [file(0, 9)])

    def test_refused_when_the_log_ends_before_the_export(self) -> None:
        with pytest.raises(Failed, match="another log"):
            pieces(span(0, 5), [file(0, 7)])


def spans(found: list[Piece]) -> list[Span]:
    return [one.span for one in found]
