"""The rate of a rebuild finds the share that the live side leaves."""

import math

import pytest

from infra.operator.rebuilds.throttle import FIRST, LEAST, Strain, Throttle

NOBODY, EASE, DELAYED, BEHIND = Strain(0, None), Strain(10, 5.0), Strain(10, 40.0), Strain(2_000, 5.0)


def after(*strains: Strain, max_rate: float = math.inf, most: float = math.inf) -> float:
    """The rate after these looks, of workers that fold what they may, but never more than `most` a second."""
    throttle = Throttle(1_000, 25.0, max_rate)
    for strain in strains:
        throttle = throttle.after(strain, min(throttle.rate, most))
    return throttle.rate


class TestAfter:
    def test_ever_faster_while_nobody_is_there(self) -> None:
        assert 8 * FIRST == after(NOBODY, NOBODY, NOBODY)

    def test_faster_by_and_by_while_all_is_well(self) -> None:
        assert FIRST < after(EASE) < after(NOBODY)

    @pytest.mark.parametrize("strain", [DELAYED, BEHIND])
    def test_slower_when_somebody_waits(self, strain: Strain) -> None:
        assert after(strain) < FIRST
        assert after(strain, strain) < after(strain)

    def test_never_stands_still(self) -> None:
        assert LEAST == after(*[BEHIND] * 100)

    def test_never_above_what_is_allowed(self) -> None:
        assert 1_500 == after(*[NOBODY] * 10, max_rate=1_500)

    def test_a_view_that_is_behind_without_traffic_is_no_reason_to_hurry(self) -> None:
        assert after(Strain(900, None)) < after(NOBODY)

    def test_a_worker_that_folds_nothing_for_a_moment_is_no_reason_to_be_slow(self) -> None:
        throttle = Throttle(1_000, 25.0, rate=16_000, pace=15_000)
        assert 32_000 == throttle.after(NOBODY, 0).rate
        assert 6_000 < throttle.after(DELAYED, 0).rate < 8_000

    def test_no_faster_before_anything_is_folded(self) -> None:
        assert FIRST == Throttle(1_000, 25.0).after(NOBODY, 0).after(EASE, 0).rate

    def test_slower_before_anything_is_folded(self) -> None:
        assert LEAST < Throttle(1_000, 25.0).after(DELAYED, 0).rate < FIRST

    def test_soon_down_from_as_fast_as_it_can(self) -> None:
        assert 3_000 > after(*[NOBODY] * 1_000, DELAYED, most=4_000)
