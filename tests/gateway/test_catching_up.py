"""What a device missed, by its cursors. The whole of it, over sockets, is tests/e2e's."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catching_up import PIECE_EVENTS, _pieces, missed
from infra.stores.inbox import Membership, Span
from tests.builders import ALICE, BOB, CONVERSATION, OTHER_CONVERSATION

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WHOLE = (Span(1, 9),)


def membership(
    spans: Sequence[Span] = WHOLE,
    conversation_id: str = CONVERSATION,
    *,
    role: str | None = "member",
    advanced_at: datetime | None = None,
) -> Membership:
    return Membership(
        conversation_id=conversation_id,
        kind="direct",
        spans=tuple(spans),
        active_at=NOON,
        last_message=None,
        name=None,
        role=role,
        delivered_seq=0,
        read_seq=0,
        unread=0,
        muted_until=None,
        advanced_at=advanced_at,
        members=(ALICE, BOB),
    )


def ranges(memberships: list[Membership], cursors: dict[str, int]) -> list[tuple[str, int, int]]:
    return [
        (one.membership.conversation_id, span.first, span.last)
        for one in missed(memberships, cursors)
        for span in one.spans
    ]


def steps(sizes: list[int]) -> list[Span]:
    """Spans from the sizes of gaps and of spans, in turn."""
    borders = list(accumulate(sizes))
    return [Span(first, last - 1) for first, last in zip(borders[::2], borders[1::2], strict=False)]


class TestMissed:
    def test_begins_after_the_cursor(self) -> None:
        assert [(CONVERSATION, 5, 9)] == ranges([membership()], {CONVERSATION: 4})

    @pytest.mark.parametrize("cursor", [9, 10, 1 << 53])
    def test_nothing_at_the_head_or_beyond_it(self, cursor: int) -> None:
        assert [] == ranges([membership()], {CONVERSATION: cursor})

    def test_an_unknown_conversation_begins_where_one_joined(self) -> None:
        some = [membership([Span(3, 9)]), membership(conversation_id=OTHER_CONVERSATION)]
        assert [(CONVERSATION, 3, 9)] == ranges(some, {OTHER_CONVERSATION: 9})

    def test_never_before_one_joined(self) -> None:
        assert [(CONVERSATION, 6, 9)] == ranges([membership([Span(6, 9)])], {CONVERSATION: 2})

    def test_never_while_one_was_away(self) -> None:
        spans = [Span(1, 4), Span(8, 9)]
        assert [(CONVERSATION, 3, 4), (CONVERSATION, 8, 9)] == ranges([membership(spans)], {CONVERSATION: 2})
        assert [(CONVERSATION, 8, 9)] == ranges([membership(spans)], {CONVERSATION: 4})
        assert [(CONVERSATION, 8, 9)] == ranges([membership(spans)], {CONVERSATION: 6})

    def test_up_to_leaving_of_who_has_left(self) -> None:
        assert [(CONVERSATION, 3, 9)] == ranges([membership(role=None)], {CONVERSATION: 2})

    def test_a_conversation_that_one_is_not_in_is_no_ones_business(self) -> None:
        assert [] == ranges([], {CONVERSATION: 4})

    @given(st.lists(st.integers(1, 9), min_size=2, max_size=8), st.none() | st.integers(0, 60))
    def test_is_all_that_is_new_and_may_be_seen(self, sizes: list[int], cursor: int | None) -> None:
        spans = steps(sizes)
        cursors = {} if cursor is None else {CONVERSATION: cursor}
        found = ranges([membership(spans)], cursors)
        met = [seq for _, first, last in found for seq in range(first, last + 1)]
        visible = [seq for span in spans for seq in range(span.first, span.last + 1)]
        assert [seq for seq in visible if seq > (cursor or 0)] == met


class TestMissedWatermarks:
    @pytest.mark.parametrize(
        ("since", "is_told"), [(NOON - SECOND, False), (NOON, False), (NOON + SECOND, True), (None, False)]
    )
    def test_are_told_unless_they_came_before(self, since: datetime | None, *, is_told: bool) -> None:
        expected: list[tuple[Span, ...]] = [] if is_told else [()]
        assert expected == [one.spans for one in missed([membership(advanced_at=NOON)], {CONVERSATION: 9}, since)]

    def test_there_are_none_where_no_receipt_ever_came(self) -> None:
        assert [] == missed([membership()], {CONVERSATION: 9})

    def test_are_not_told_to_who_has_left(self) -> None:
        assert [] == missed([membership(role=None, advanced_at=NOON)], {CONVERSATION: 9})


class TestPieces:
    @given(st.integers(1, 9), st.integers(0, 5 * PIECE_EVENTS))
    def test_are_the_whole_span_in_order(self, first: int, more: int) -> None:
        span = Span(first, first + more)
        pieces = list(_pieces(span))
        met = [seq for piece in pieces for seq in range(piece.first, piece.last + 1)]
        assert list(range(span.first, span.last + 1)) == met
        assert max(piece.last - piece.first + 1 for piece in pieces) <= PIECE_EVENTS
