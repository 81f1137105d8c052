"""What people see as one character, however many code points it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.graphemes import CHARACTERS_MAX, is_one_grapheme
from tests.strategies import clean


class TestIsOneGrapheme:
    @pytest.mark.parametrize(
        "text",
        ["👍", "👍🏽", "👨‍👩‍👧‍👦", "👩🏻‍❤️‍💋‍👨🏿", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "1️⃣", "a", "e\u0301", "नि", "각", "\r\n", " "],
    )
    def test_one(self, text: str) -> None:
        assert is_one_grapheme(text)

    @pytest.mark.parametrize("text", ["", "ab", "👍👍", "🇩🇪🇫🇷", "👍 ", "\u200f👍", "👍\n", "\n\r", "👨👩"])
    def test_none_or_more(self, text: str) -> None:
        assert not is_one_grapheme(text)

    def test_a_letter_has_not_marks_without_end(self) -> None:
        assert is_one_grapheme("e" + "\u0301" * (CHARACTERS_MAX - 1))
        assert not is_one_grapheme("e" + "\u0301" * CHARACTERS_MAX)

    @given(st.text(clean, min_size=1, max_size=8).filter(is_one_grapheme))
    def test_twice_a_visible_one_is_not_one(self, text: str) -> None:
        assert not is_one_grapheme(f"{text} {text}")
