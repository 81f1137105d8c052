"""What a device missed, by its cursors."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catching_up import missed
from infra.stores.inbox import Membership
from tests.builders import ALICE, BOB, CONVERSATION, OTHER_CONVERSATION


def membership(head_seq: int = 9, joined_seq: int = 1, conversation_id: str = CONVERSATION) -> Membership:
    return Membership(
        conversation_id=conversation_id,
        kind="direct",
        head_seq=head_seq,
        head_at=datetime(2026, 11, 24, tzinfo=UTC),
        head_event=b"",
        joined_seq=joined_seq,
        role="member",
        delivered_seq=0,
        read_seq=0,
        unread=0,
        members=(ALICE, BOB),
    )


def ranges(memberships: list[Membership], cursors: dict[str, int]) -> list[tuple[str, int, int]]:
    return [(one.membership.conversation_id, one.first, one.last) for one in missed(memberships, cursors)]


class TestMissed:
    def test_begins_after_the_cursor(self) -> None:
        assert [(CONVERSATION, 5, 9)] == ranges([membership()], {CONVERSATION: 4})

    @pytest.mark.parametrize("cursor", [9, 10, 1 << 53])
    def test_nothing_at_the_head_or_beyond_it(self, cursor: int) -> None:
        assert [] == ranges([membership()], {CONVERSATION: cursor})

    def test_an_unknown_conversation_begins_where_one_joined(self) -> None:
        some = [membership(joined_seq=3), membership(conversation_id=OTHER_CONVERSATION)]
        assert [(CONVERSATION, 3, 9)] == ranges(some, {OTHER_CONVERSATION: 9})

    def test_never_before_one_joined(self) -> None:
        assert [(CONVERSATION, 6, 9)] == ranges([membership(joined_seq=6)], {CONVERSATION: 2})

    def test_a_conversation_that_one_is_not_in_is_no_ones_business(self) -> None:
        assert [] == ranges([], {CONVERSATION: 4})

    @given(st.integers(0, 20), st.integers(1, 20), st.none() | st.integers(0, 25))
    def test_is_all_that_is_new_and_may_be_seen(self, head: int, joined: int, cursor: int | None) -> None:
        cursors = {} if cursor is None else {CONVERSATION: cursor}
        found = ranges([membership(head, joined)], cursors)
        seen = [seq for _, first, last in found for seq in range(first, last + 1)]
        assert [seq for seq in range(joined, head + 1) if seq > (cursor or 0)] == seen
