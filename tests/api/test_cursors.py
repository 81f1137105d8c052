"""Cursors: what is a place in a timeline, and what is not; list cursors come back as they went."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import AtMessage, AtSeq, AtTime, list_cursor, list_place, place
from api.problems import Problem
from infra.stores.inbox import Membership, Span

ID = "01a20dd0-2570-7001-8000-000000000000"


def membership(active_at: datetime) -> Membership:
    return Membership(ID, "direct", (Span(1, 1),), active_at, None, None, "member", 1, 1, 0, None, None, ())


def outcome(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except Problem as problem:
        return problem.code
    return "read"


class TestPlace:
    def test_seq(self) -> None:
        assert AtSeq(17) == place("17")

    def test_message(self) -> None:
        assert AtMessage(ID) == place(ID)

    @pytest.mark.parametrize(
        ("text", "microseconds"),
        [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:01.5z", 1_500_000),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01 00:00:00.000001Z", 1),
            ("1969-12-31T23:59:59.999999Z", -1),
        ],
    )
    def test_time(self, text: str, microseconds: int) -> None:
        assert AtTime(microseconds) == place(text)

    @pytest.mark.parametrize(
        ("microseconds", "first_not_before", "first_after"),
        [(0, 0, 1), (1, 1, 1), (999, 1, 1), (1000, 1, 2), (-1, 0, 0), (-1000, -1, 0)],
    )
    def test_time_between_milliseconds(self, microseconds: int, first_not_before: int, first_after: int) -> None:
        at = AtTime(microseconds)
        assert (first_not_before, first_after) == (at.first_ms_not_before, at.first_ms_after)

    @given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"))
    def test_any_text_is_a_place_or_malformed(self, text: str) -> None:
        assert outcome(place, text) in {"read", "malformed"}


class TestListCursor:
    @given(st.datetimes(timezones=st.just(UTC)))
    def test_comes_back(self, head_at: datetime) -> None:
        at, conversation_id = list_place(list_cursor(membership(head_at)))
        assert (head_at, ID) == (datetime.fromisoformat(at), conversation_id)

    @given(st.text())
    def test_any_text_is_a_cursor_or_malformed(self, text: str) -> None:
        assert outcome(list_place, text) in {"read", "malformed"}
