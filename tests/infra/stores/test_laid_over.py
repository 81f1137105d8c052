"""Archived rows with what became of them since. Pure."""

from hypothesis import given

from infra.stores.timeline import TimelineRow, laid_over
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
