"""The CPU of a stack in percent of one core."""

from tests.bench.online import percent_of_core
from tests.bench.processes import GENERATOR, OTHERS, ProcessUse


def use(name: str, seconds: float) -> ProcessUse:
    return ProcessUse(name, seconds, 1.0)


class TestPercentOfCore:
    def test_of_all_its_processes(self) -> None:
        assert 40.0 == percent_of_core([use("kafka", 3.0), use("gateway-1", 5.0)], 20.0)

    def test_of_nobody_else(self) -> None:
        assert 10.0 == percent_of_core([use("kafka", 2.0), use(GENERATOR, 7.0), use(OTHERS, 9.0)], 20.0)
