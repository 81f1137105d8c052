"""Pages of a timeline: which seqs, and whether there are more, also where one was away."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from api.pages import Page, Visible
from infra.stores.inbox import Span


def visible_of(steps: list[int]) -> Visible:
    """Spans from the sizes of gaps and of spans, in turn; each is at least one long."""
    borders = list(accumulate(steps))
    return Visible([Span(first, last - 1) for first, last in zip(borders[::2], borders[1::2], strict=False)])


VISIBLE = st.lists(st.integers(1, 12), min_size=2, max_size=9).map(visible_of)
SEQ = st.integers(0, 130)
LIMIT = st.integers(1, 20)


def seqs(visible: Visible) -> list[int]:
    return [seq for span in visible.spans for seq in range(span.first, span.last + 1)]


def shown(page: Page, visible: Visible) -> list[int]:
    """Of the page, what may be seen."""
    return [seq for seq in seqs(visible) if page.first <= seq <= page.last]


class TestVisible:
    @given(VISIBLE, SEQ, LIMIT)
    def test_before(self, visible: Visible, seq: int, limit: int) -> None:
        older = [one for one in seqs(visible) if one < seq]
        page = visible.before(seq, limit)
        assert (older[-limit:], len(older) > limit) == (shown(page, visible), page.has_more)

    @given(VISIBLE, SEQ, LIMIT)
    def test_after(self, visible: Visible, seq: int, limit: int) -> None:
        newer = [one for one in seqs(visible) if one > seq]
        page = visible.after(seq, limit)
        assert (newer[:limit], len(newer) > limit) == (shown(page, visible), page.has_more)

    @given(VISIBLE, LIMIT)
    def test_newest(self, visible: Visible, limit: int) -> None:
        all_ = seqs(visible)
        page = visible.newest(limit)
        assert (all_[-limit:], len(all_) > limit) == (shown(page, visible), page.has_more)


class TestPaging:
    @given(VISIBLE, LIMIT)
    def test_back_from_the_newest_meets_every_seq_once(self, visible: Visible, limit: int) -> None:
        page = visible.newest(limit)
        met = shown(page, visible)
        while page.has_more:
            page = visible.before(met[0], limit)
            met = [*shown(page, visible), *met]
        assert seqs(visible) == met

    @given(VISIBLE, LIMIT)
    def test_forth_from_the_start_meets_every_seq_once(self, visible: Visible, limit: int) -> None:
        page = visible.after(0, limit)
        met = shown(page, visible)
        while page.has_more:
            page = visible.after(met[-1], limit)
            met += shown(page, visible)
        assert seqs(visible) == met

    @given(VISIBLE, SEQ, LIMIT)
    def test_back_and_forth_from_anywhere_meets_every_other_seq_once(
        self, visible: Visible, seq: int, limit: int
    ) -> None:
        older: list[int] = []
        newer: list[int] = []
        while some := shown(visible.before(min(older, default=seq), limit), visible):
            older = [*some, *older]
        while some := shown(visible.after(max(newer, default=seq), limit), visible):
            newer += some
        assert [one for one in seqs(visible) if one != seq] == [*older, *newer]


class TestNothing:
    def test_before_the_first_and_after_the_last(self) -> None:
        visible = Visible([Span(3, 5), Span(9, 9)])
        for page in (visible.before(3, 10), visible.after(9, 10), visible.before(0, 1), visible.after(1 << 53, 1)):
            assert ([], False) == (shown(page, visible), page.has_more)
