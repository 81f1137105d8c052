"""The line of a crowd."""

from clients.demo.tally import Tally


class TestLine:
    def test_rates_are_of_the_seconds_that_passed(self) -> None:
        seconds = [number / 1000 for number in range(1, 101)]
        tally = Tally(here=3, received=40, read=20, typing=10, failed=2, sent_seconds=seconds)
        rates = "50.0 sent, 20.0 received, 10.0 read, 5.0 typing"
        expected = f"3 of 5 are here · a second: {rates} · ✓ p50 50 ms, p99 99 ms · 2 failed"
        assert expected == tally.line(5, seconds=2.0)

    def test_counting_begins_anew_but_for_who_is_here(self) -> None:
        tally = Tally(here=3, received=40, failed=1, sent_seconds=[0.1])
        tally.line(5, seconds=1.0)
        assert Tally(here=3) == tally
        assert "✓ p50 0 ms, p99 0 ms" in tally.line(5, seconds=1.0)
