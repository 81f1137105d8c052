"""Times have one form, and sort as text."""

import pytest
from hypothesis import given

from schemas.times import milliseconds, timestamp
from tests import strategies
from tests.builders import START_MS


class TestTimestamp:
    def test_form(self) -> None:
        assert timestamp(START_MS + 7) == "2026-11-24T13:00:00.007Z"

    @given(strategies.milliseconds)
    def test_round_trip(self, at_ms: int) -> None:
        assert at_ms == milliseconds(timestamp(at_ms))

    @given(strategies.milliseconds, strategies.milliseconds)
    def test_sorts_as_text(self, one: int, other: int) -> None:
        assert (one < other) == (timestamp(one) < timestamp(other))


class TestMilliseconds:
    @pytest.mark.parametrize(
        "text", ["2026-11-24T13:00:00Z", "2026-11-24T14:00:00+01:00", "2026-11-24T13:00:00.000000Z"]
    )
    def test_of_any_form_of_rfc_3339(self, text: str) -> None:
        assert START_MS == milliseconds(text)

    @pytest.mark.parametrize("text", ["2026-11-24T13:00:00", "yesterday", ""])
    def test_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            milliseconds(text)
