"""When a row is old."""

from hypothesis import given
from hypothesis import strategies as st

from streams.archive.settings import DAY_MS, ArchiveSettings

times = st.integers(0, 1 << 45)


class TestCut:
    @given(times, times)
    def test_neither_the_clock_nor_the_log_alone_makes_a_row_old(self, newest_ms: int, clock_ms: int) -> None:
        cut_ms = ArchiveSettings(archive_after_days=2).cut_ms(newest_ms, clock_ms)
        assert min(newest_ms - 2 * DAY_MS, clock_ms - 2 * DAY_MS) == cut_ms

    def test_off_unless_set(self) -> None:
        assert ArchiveSettings().archive_after_days is None
