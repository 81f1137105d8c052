"""Two reports side by side: the figures that both have, and now divided by then."""

import math
from collections.abc import Mapping

from rich.table import Table

from tests.bench.processes import ProcessUse, cpu_seconds, without_others
from tests.bench.report import Report
from tests.bench.spread import Spread


def figures(report: Report) -> dict[str, float]:
    """The figures by name. Smaller is better, but for the messages a second."""
    found: dict[str, float] = {}
    for run in report.latency:
        found |= _spread(f"{run.rate}/s socket to socket", run.socket_to_socket)
        found |= _spread(f"{run.rate}/s tick", run.tick)
        found |= _costs(f"{run.rate}/s", run.processes)
    if report.saturation is not None:
        found["saturated messages a second"] = report.saturation.messages_per_second
        found |= _costs("saturated", report.saturation.processes)
    if report.group is not None:
        found |= _spread("group, first member to last", report.group.first_to_last)
        found |= _spread("group, to each member", report.group.to_each)
        found |= _costs("group", report.group.processes)
    if report.receipts is not None:
        found["receipt events a member"] = report.receipts.events_per_member
    if report.reconnect is not None:
        found["reconnect, seconds until all are synced"] = report.reconnect.seconds_until_all_synced
    for online in report.online:
        found[f"% of a core, heartbeat every {online.heartbeat_seconds:g} s"] = online.percent_of_core
    if report.broker is not None:
        found |= _spread("broker produce to consume", report.broker.produce_to_consume)
    if report.idle is not None:
        found["idle KiB a connection, USS"] = report.idle.kib_per_connection.uss_kib
        found["idle CPU seconds, all"] = cpu_seconds(report.idle.processes)
    return found


def ratios(now: Mapping[str, float], then: Mapping[str, float]) -> dict[str, float]:
    return {name: now[name] / then[name] if then[name] else math.nan for name in now if name in then}


def comparison(now: Report, then: Report) -> Table:
    new, old = figures(now), figures(then)
    table = Table(title=f"Beside {then.at} ({then.machine.commit})", title_justify="left", title_style="bold")
    table.add_column("figure")
    for column in ("then", "now", "now / then"):
        table.add_column(column, justify="right")
    for name, ratio in ratios(new, old).items():
        table.add_row(name, f"{old[name]:,.2f}", f"{new[name]:,.2f}", f"{ratio:.2f}")
    return table


def _spread(name: str, times: Spread) -> dict[str, float]:
    named = (("p50", times.p50_ms), ("p90", times.p90_ms), ("p99", times.p99_ms))
    return {f"{name} {percentile} ms": figure for percentile, figure in named if figure is not None}


def _costs(name: str, uses: list[ProcessUse]) -> dict[str, float]:
    found = {f"{name} CPU µs {use.name}": use.cpu_us_per_message or 0.0 for use in without_others(uses)}
    return found | {f"{name} CPU µs all": sum(found.values())}
