"""Pages of a timeline: which seqs, and whether there are more."""

from hypothesis import given
from hypothesis import strategies as st

from api.pages import Range, Visible

VISIBLE = st.builds(lambda first, size: Visible(first, first + size - 1), st.integers(1, 50), st.integers(0, 60))
SEQ = st.integers(0, 130)
LIMIT = st.integers(1, 20)


def seqs(page: Range) -> list[int]:
    return list(range(page.first, page.last + 1))


class TestVisible:
    @given(VISIBLE, SEQ, LIMIT)
    def test_before(self, visible: Visible, seq: int, limit: int) -> None:
        older = [one for one in range(visible.first, visible.last + 1) if one < seq]
        page = visible.before(seq, limit)
        assert (older[-limit:], len(older) > limit) == (seqs(page), page.has_more)

    @given(VISIBLE, SEQ, LIMIT)
    def test_after(self, visible: Visible, seq: int, limit: int) -> None:
        newer = [one for one in range(visible.first, visible.last + 1) if one > seq]
        page = visible.after(seq, limit)
        assert (newer[:limit], len(newer) > limit) == (seqs(page), page.has_more)

    @given(VISIBLE, LIMIT)
    def test_newest(self, visible: Visible, limit: int) -> None:
        all_ = list(range(visible.first, visible.last + 1))
        page = visible.newest(limit)
        assert (all_[-limit:], len(all_) > limit) == (seqs(page), page.has_more)
