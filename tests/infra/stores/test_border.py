"""Pages over the border of the archive: rows from both sides, with what became of them since. Pure."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from infra.stores.timeline import TimelineRow, composed, laid_over, missing
from tests.builders import ALICE, BOB, CONVERSATION, START_MS
from tests.strategies.timelines import timelines


def row(seq: int) -> TimelineRow:
    return TimelineRow(CONVERSATION, seq, START_MS, 0, b"event", ALICE, edits={9: b"edit"}, reactions={8: (BOB, "👍")})


def patch(seq: int, *, deleted_seq: int | None = None) -> TimelineRow:
    edits, reactions = {11: b"later"}, {12: (BOB, None)}
    return TimelineRow(CONVERSATION, seq, -1, 0, None, edits=edits, deleted_seq=deleted_seq, reactions=reactions)


class TestLaidOver:
    def test_what_became_of_a_row_since_is_added(self) -> None:
        (found,) = laid_over([row(3)], [patch(3, deleted_seq=10)])
        assert ({9: b"edit", 11: b"later"}, 10, {8: (BOB, "👍"), 12: (BOB, None)}) == (
            found.edits,
            found.deleted_seq,
            found.reactions,
        )
        assert (b"event", START_MS) == (found.event, found.at_ms)

    def test_only_over_its_own_row(self) -> None:
        assert [row(3)] == laid_over([row(3)], [patch(4)])

    def test_a_deletion_stays_when_there_is_no_word_of_it_since(self) -> None:
        (deleted,) = laid_over([row(3)], [patch(3, deleted_seq=10)])
        (found,) = laid_over([deleted], [patch(3)])
        assert 10 == found.deleted_seq

    @given(timelines())
    def test_again_it_changes_nothing(self, rows: list[TimelineRow]) -> None:
        alone = [one for one in rows if one.conversation_id == rows[0].conversation_id]
        assert alone == laid_over(alone, alone)


def became(row: TimelineRow, *, before: int | None = None, since: int | None = None) -> TimelineRow:
    """A row with only what became of it before, or since, a seq."""

    def counts(seq: int) -> bool:
        return (before is None or seq < before) and (since is None or seq >= since)

    return replace(
        row,
        edits={seq: value for seq, value in row.edits.items() if counts(seq)},
        reactions={seq: value for seq, value in row.reactions.items() if counts(seq)},
        deleted_seq=row.deleted_seq if row.deleted_seq is not None and counts(row.deleted_seq) else None,
    )


class TestComposed:
    @given(timelines(), st.data())
    def test_a_page_is_the_same_wherever_its_rows_are(self, rows: list[TimelineRow], data: st.DataObject) -> None:
        """Rows up to `archived` are in the archive as they were at `packed`; those up to `removed` only there."""
        whole = sorted((row for row in rows if row.conversation_id == rows[0].conversation_id), key=lambda row: row.seq)
        whole = [replace(row, seq=seq) for seq, row in enumerate(whole, 1)]
        archived = data.draw(st.integers(0, len(whole)))
        removed, packed = data.draw(st.integers(0, archived)), data.draw(st.integers(0, 700))
        first = data.draw(st.integers(1, len(whole)))
        last = data.draw(st.integers(first, len(whole)))
        page = whole[first - 1 : last]
        patches = [replace(became(row, since=packed), at_ms=-1, event=None) for row in page if row.seq <= removed]
        stored = [*(one for one in patches if one.is_patched), *(row for row in page if row.seq > removed)]
        wanted = missing(stored, first, last)
        found = []
        if wanted is not None:
            found = [became(row, before=packed) for row in whole[wanted[0] - 1 : wanted[1]] if row.seq <= archived]
        assert page == composed(stored, found)

    @given(st.sets(st.integers(1, 20)), st.integers(1, 20), st.integers(0, 20))
    def test_only_what_is_missing_is_looked_for(self, seqs: set[int], first: int, length: int) -> None:
        last = first + length
        absent = [seq for seq in range(first, last + 1) if seq not in seqs]
        stored = [row(seq) for seq in sorted(seqs) if first <= seq <= last]
        assert missing(stored, first, last) == ((absent[0], absent[-1]) if absent else None)
