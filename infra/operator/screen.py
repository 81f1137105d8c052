"""A glance as a screen for people: what is wrong first, in red."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from infra.operator.glance import Glance, Lag, Process, Stage

TEXTS = frozenset({"address", "state", "note", "topic", "by partition"})
LAG_SECONDS_MAX = 10.0  # a view that is further behind keeps people waiting who connect


def screen(seen: Glance) -> RenderableType:
    return Group(
        _head(seen), "", _rates(seen), "", _processes(seen), "", _stages(seen), "", _lags(seen), "", *_counts(seen)
    )


def _head(seen: Glance) -> Text:
    head = Text(f"{len(seen.processes) - len(seen.down)} of {len(seen.processes)} processes are up", style="bold")
    if seen.down:
        head.append(f"   DOWN: {', '.join(seen.down)}", style="bold red")
    return head


def _rates(seen: Glance) -> Table:
    table = _table("a second", *seen.rates)
    table.add_row(f"over {seen.seconds:.0f} s", *(f"{rate:,.1f}" for rate in seen.rates.values()))
    return table


def _processes(seen: Glance) -> Table:
    table = _table("process", "address", "state", "up", "CPU", "memory", "note")
    for one in seen.processes:
        table.add_row(*_process(one))
    return table


def _process(one: Process) -> tuple[str, ...]:
    if not one.is_up:
        return one.name, one.address, "[bold red]DOWN[/]", "", "", "", f"[red]{one.note}[/]"
    figures = (_ago(one.uptime_seconds), f"{one.cpu:.0%}", f"{one.memory_mib:,.0f} MiB")
    return one.name, one.address, "[green]up[/]", *figures, f"[yellow]{one.note}[/]" if one.note else ""


def _stages(seen: Glance) -> Table:
    table = _table("stage", "a second", "p50", "p90", "p99")
    for one in seen.stages:
        table.add_row(*_stage(one))
    return table


def _stage(one: Stage) -> tuple[str, ...]:
    times = ("-" if each is None else f"{each:,.1f} ms" for each in (one.p50_ms, one.p90_ms, one.p99_ms))
    return one.name, f"{one.a_second:,.1f}", *times


def _lags(seen: Glance) -> Table:
    table = _table("agent", "topic", "lag", "oldest", "by partition")
    for one in seen.lags:
        table.add_row(*_lag(one))
    return table


def _lag(one: Lag) -> tuple[str, ...]:
    colour = "red" if one.seconds > LAG_SECONDS_MAX else "default"
    partitions = " ".join(f"{number}:{count:,}" for number, count in one.records.items())
    total = sum(one.records.values())
    return one.group, one.topic, f"[{colour}]{total:,}[/]", f"[{colour}]{one.seconds:.1f} s[/]", partitions


def _counts(seen: Glance) -> list[Text]:
    lines = [
        _line("connections", seen.connections),
        _line("refusals", seen.refusals),
        _line("pushes", seen.pushes),
        _line("dead letters", seen.dead_letters, bad=True),
    ]
    if seen.unreadable_events:
        lines.append(Text(f"unreadable events  {seen.unreadable_events}", style="bold red"))
    return lines


def _line(name: str, counts: Mapping[str, int], *, bad: bool = False) -> Text:
    named = "   ".join(f"{value} {count:,}" for value, count in counts.items() if count)
    text = Text(f"{name:<14} {sum(counts.values()):,}", style="bold red" if bad and any(counts.values()) else "")
    return text.append(f"   {named}" if named else "")


def _ago(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h" if seconds < 86_400 else f"{seconds / 86_400:.1f} d"


def _table(*columns: str) -> Table:
    """The first column is a name, and so are those in `TEXTS`; the others are figures."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if not number or column in TEXTS else "right", overflow="fold")
    return table
