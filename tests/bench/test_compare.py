"""Ratios of what two reports have in common, and a report survives its file."""

from pathlib import Path

from tests.bench.compare import comparison, figures, ratios
from tests.bench.latency import LatencyResult
from tests.bench.machine import describe_machine
from tests.bench.processes import ProcessUse
from tests.bench.report import Report, read_report, write_report
from tests.bench.spread import Spread


def report(p50_ms: float, rate: int = 500) -> Report:
    times = Spread(10, p50_ms, 2.0, 3.0, 4.0)
    uses = [ProcessUse("kafka", 1.0, 400.0, 100.0), ProcessUse("redis", 0.5, 20.0, 50.0)]
    run = LatencyResult(
        rate=rate,
        users=2,
        seconds=1.0,
        sent=10,
        socket_to_socket=times,
        tick=times,
        from_due=times,
        late=times,
        missing=0,
        repeated=0,
        faults={},
        processes=uses,
    )
    return Report("2026-01-01T00:00:00Z", describe_machine(), [], latency=[run])


def test_figures_of_a_run() -> None:
    found = figures(report(1.5))

    assert found["500/s socket to socket p50 ms"] == 1.5
    assert found["500/s CPU µs all"] == 150.0


def test_only_what_both_have() -> None:
    assert ratios({"a": 4.0, "b": 1.0}, {"a": 2.0, "c": 1.0}) == {"a": 2.0}


def test_comparison_has_a_row_for_each() -> None:
    now, then = report(1.0), report(2.0)

    assert len(figures(now)) == comparison(now, then).row_count


def test_file_holds_the_report(tmp_path: Path) -> None:
    written = report(1.0)

    write_report(written, tmp_path / "bench" / "one.json")

    assert written == read_report(tmp_path / "bench" / "one.json")
