"""The report as tables."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from tests.bench import crowd_rows
from tests.bench.idle import IdleResult
from tests.bench.latency import LatencyResult
from tests.bench.online import OnlineResult
from tests.bench.processes import ProcessUse, cpu_seconds, without_others
from tests.bench.report import Report
from tests.bench.saturation import SaturationResult
from tests.bench.spread import Spread

Row = tuple[str, ...]
SPREAD_COLUMNS = ("p50 ms", "p90 ms", "p99 ms", "max ms")


def print_report(report: Report, console: Console) -> None:
    machine = report.machine
    console.print(
        f"{machine.cores} cores of {machine.cpu}, {machine.memory_gib} GiB, Linux {machine.kernel}, "
        f"{machine.python}, {machine.commit}; load average before: {machine.load_average}"
    )
    for table in tables(report):
        console.print(table)
    for trouble in troubles(report):
        console.print(f"[bold red]{trouble}[/]")


def tables(report: Report) -> Iterable[Table]:
    times = list(_times(report))
    if times:
        yield _table("Times", ("what", "count", *SPREAD_COLUMNS), times)
    if report.saturation is not None:
        yield _table("Saturated", ("what", "figure"), _saturation(report.saturation))
    if rows := crowd_rows.figures(report):
        yield _table("Groups, receipts, reconnects, pushes, presence, and operators", ("what", "figure"), rows)
    if report.idle is not None:
        yield _table("Idle connections", ("what", "figure"), _idle(report.idle))
    costs = _costs(report)
    if costs:
        yield _table("CPU µs a message", tuple(costs[0]), costs[1:])
    for profile in report.profiles:
        rows = [(share.function, f"{share.own:.1%}", f"{share.total:.1%}") for share in profile.functions]
        yield _table(f"{profile.process}, saturated", ("function", "itself", "with callees"), rows)
    if report.idle is not None:
        yield _table(f"CPU seconds in {report.idle.seconds:g} s of idleness", *_idle_cpu(report.idle))
    if report.online:
        yield _table(f"CPU seconds in {report.online[0].seconds:g} s of heartbeats", *_online_cpu(report.online))


def troubles(report: Report) -> Iterable[str]:
    for run in report.latency:
        yield from _run_troubles(f"{run.rate}/s", run)
    if report.saturation is not None:
        yield from _run_troubles("saturated", report.saturation)
        proof = report.saturation.proof
        if proof is not None and (proof.missing or proof.different):
            yield f"not durable: {proof.missing} missing, {proof.different} different: {proof.samples}"
    yield from crowd_rows.troubles(report)
    if report.idle is not None and report.idle.faults:
        yield f"idle: {report.idle.faults}"
    if report.broker is not None and report.broker.missing:
        yield f"broker: {report.broker.missing} records missing"


def _run_troubles(name: str, run: LatencyResult | SaturationResult) -> Iterable[str]:
    yield from (f"{name}: {use.name} ended" for use in run.processes if use.is_ended)
    if run.missing or run.repeated or run.faults:
        yield f"{name}: {run.missing} missing, {run.repeated} repeated, {run.faults}"


def _times(report: Report) -> Iterable[Row]:
    for run in report.latency:
        yield _spread(f"{run.rate}/s socket to socket", run.socket_to_socket)
        yield _spread(f"{run.rate}/s tick", run.tick)
        yield _spread(f"{run.rate}/s from when due", run.from_due)
        yield _spread(f"{run.rate}/s generator late", run.late)
    if report.saturation is not None:
        saturation = report.saturation
        yield _spread(f"saturated, {saturation.window} under way", saturation.socket_to_socket)
    yield from (_spread(name, times) for name, times in crowd_rows.times(report))
    if report.broker is not None:
        broker = report.broker
        yield _spread(f"broker alone {broker.rate}/s produce to consume", broker.produce_to_consume)
        yield _spread(f"broker alone {broker.rate}/s produce to confirmed", broker.produce_to_confirmed)


def _saturation(result: SaturationResult) -> list[Row]:
    rows = [("messages a second at recipients", f"{result.messages_per_second:,.0f}")]
    if result.proof is None:
        return [*rows, ("proof", "not made")]
    proof = result.proof
    return [
        *rows,
        ("acknowledged", f"{proof.acknowledged:,}"),
        ("of these in Cassandra, same place and id", f"{proof.found:,}"),
        ("missing / different", f"{proof.missing} / {proof.different}"),
        ("until all were found", f"{proof.waited_seconds} s"),
    ]


def _idle(result: IdleResult) -> list[Row]:
    each, before, after = result.kib_per_connection, result.gateway_before, result.gateway_after
    return [
        ("connections", f"{result.connections:,}"),
        ("KiB a connection: RSS / USS / PSS", f"{each.rss_kib} / {each.uss_kib} / {each.pss_kib}"),
        ("gateway RSS before and after", f"{before.rss_kib / 1024:.1f} and {after.rss_kib / 1024:.1f} MiB"),
        ("seconds to connect", f"{result.connect_seconds}"),
        ("heartbeat", f"every {result.heartbeat_seconds:g} s"),
    ]


def _costs(report: Report) -> list[Row]:
    runs = [(f"{run.rate}/s", run.processes) for run in report.latency]
    if report.group is not None:
        runs.append((f"group {report.group.rate}/s", report.group.processes))
    if report.saturation is not None:
        runs.append(("saturated", report.saturation.processes))
    if not runs:
        return []
    by_name = [{use.name: use for use in uses} for _, uses in runs]
    names = list(dict.fromkeys(use.name for _, uses in reversed(runs) for use in uses))
    rows = [(name, *(_cost(uses.get(name)) for uses in by_name), _mib(by_name[-1].get(name))) for name in names]
    total = ("all", *(_cost(_sum(uses)) for _, uses in runs), _mib(_sum(runs[-1][1])))
    return [("process", *(name for name, _ in runs), "RSS MiB"), *rows, total]


def _sum(uses: Sequence[ProcessUse]) -> ProcessUse:
    each = sum(use.cpu_us_per_message or 0.0 for use in without_others(uses))
    return ProcessUse("all", cpu_seconds(uses), sum(use.rss_mib for use in without_others(uses)), each)


def _idle_cpu(result: IdleResult) -> tuple[Row, list[Row]]:
    before = {use.name: use.cpu_seconds for use in result.processes_before}
    rows = [(use.name, f"{before.get(use.name, 0):.2f}", f"{use.cpu_seconds:.2f}") for use in result.processes]
    total_before, total = (cpu_seconds(uses) for uses in (result.processes_before, result.processes))
    return ("process", "100 connections", f"{result.connections:,}"), [
        *rows,
        ("all", f"{total_before:.2f}", f"{total:.2f}"),
    ]


def _online_cpu(results: Sequence[OnlineResult]) -> tuple[Row, list[Row]]:
    by_name = [{use.name: use.cpu_seconds for use in result.processes} for result in results]
    names = list(dict.fromkeys(name for uses in by_name for name in uses))
    return ("process", *(f"every {result.heartbeat_seconds:g} s" for result in results)), [
        (name, *(f"{uses.get(name, 0):.2f}" for uses in by_name)) for name in names
    ]


def _table(title: str, columns: Row, rows: Iterable[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _spread(name: str, times: Spread) -> Row:
    figures = (times.p50_ms, times.p90_ms, times.p99_ms, times.max_ms)
    return (name, f"{times.count:,}", *("-" if figure is None else f"{figure:.2f}" for figure in figures))


def _cost(use: ProcessUse | None) -> str:
    return "-" if use is None or use.cpu_us_per_message is None else f"{use.cpu_us_per_message:.0f}"


def _mib(use: ProcessUse | None) -> str:
    return "-" if use is None else f"{use.rss_mib:.0f}"
