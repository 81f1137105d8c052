"""The CPU of a stack in percent of one core, and where users connect."""

import resource

from tests.bench.online import percent_of_core, urls_of
from tests.bench.processes import GENERATOR, OTHERS, ProcessUse


def use(name: str, seconds: float) -> ProcessUse:
    return ProcessUse(name, seconds, 1.0)


class TestPercentOfCore:
    def test_of_all_its_processes(self) -> None:
        assert 40.0 == percent_of_core([use("kafka", 3.0), use("gateway-1", 5.0)], 20.0)

    def test_of_nobody_else(self) -> None:
        assert 10.0 == percent_of_core([use("kafka", 2.0), use(GENERATOR, 7.0), use(OTHERS, 9.0)], 20.0)


class TestUrlsOf:
    def test_all_through_a_balancer_that_can_hold_them(self) -> None:
        assert ["balancer"] * 3 == urls_of(3, "balancer", "gateway", 1_000)

    def test_the_rest_straight_to_a_gateway(self) -> None:
        assert ["balancer"] * 2 + ["gateway"] == urls_of(3, "balancer", "gateway", 405)

    def test_no_limit(self) -> None:
        assert ["balancer"] * 3 == urls_of(3, "balancer", "gateway", resource.RLIM_INFINITY)
