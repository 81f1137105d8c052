"""Which of one's own messages a watermark covers."""

import pytest

from infra.stores.watermarks import covered


class TestCovered:
    @pytest.mark.parametrize(
        ("watermark", "shown"), [(0, 0), (1, 0), (2, 2), (3, 2), (4, 2), (5, 5), (8, 5), (9, 9), (100, 9)]
    )
    def test_last_own_message_below(self, watermark: int, shown: int) -> None:
        assert shown == covered([2, 5, 9], watermark, nothing=0)

    def test_nothing_when_one_wrote_nothing(self) -> None:
        assert 3 == covered([], 100, nothing=3)
