"""What each process of the stack used: CPU and memory from /proc, by the name its supervisor gave it."""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
GENERATOR = "generator"
# Whatever else runs on the machine: figures taken beside a busy neighbour mean little.
OTHERS = "not of the bench"


class ProcessUse(msgspec.Struct, frozen=True):
    name: str
    cpu_seconds: float
    rss_mib: float
    cpu_us_per_message: float | None = None
    is_ended: bool = False


@dataclass(frozen=True)
class Stat:
    """One line of /proc. `ticks` has the children that were waited for: one that ends is not lost."""

    parent: int
    ticks: int
    rss_pages: int


@dataclass(frozen=True)
class Reading:
    at: float
    ticks: Mapping[str, int]
    rss_mib: Mapping[str, float]


@dataclass(frozen=True)
class Processes:
    """The roots by name; everything that descends from a root counts as its own."""

    roots: Mapping[int, str] = field(default_factory=dict)

    def read(self) -> Reading:
        stats = _stats()
        ticks: dict[str, int] = {}
        rss: dict[str, float] = {}
        for pid, stat in stats.items():
            name = self._name(pid, stats)
            ticks[name] = ticks.get(name, 0) + stat.ticks
            rss[name] = rss.get(name, 0.0) + stat.rss_pages * PAGE_MIB
        return Reading(time.monotonic(), ticks, rss)

    def _name(self, pid: int, stats: Mapping[int, Stat]) -> str:
        if pid == os.getpid():
            return GENERATOR
        while pid in stats:
            if pid in self.roots:
                return self.roots[pid]
            pid = stats[pid].parent
        return OTHERS


def used_between(before: Reading, after: Reading, messages: int | None = None) -> list[ProcessUse]:
    def use(name: str) -> ProcessUse:
        if name not in after.ticks:
            return ProcessUse(name, 0.0, 0.0, is_ended=True)
        seconds = max(after.ticks[name] - before.ticks.get(name, 0), 0) / TICKS_PER_SECOND
        each = round(seconds * 1e6 / messages, 1) if messages else None
        return ProcessUse(name, round(seconds, 2), round(after.rss_mib[name], 1), each)

    return sorted(map(use, before.ticks.keys() | after.ticks.keys()), key=lambda used: (-used.cpu_seconds, used.name))


def without_others(uses: Iterable[ProcessUse]) -> list[ProcessUse]:
    return [use for use in uses if use.name != OTHERS]


def cpu_seconds(uses: Iterable[ProcessUse]) -> float:
    """Of the stack and the generator."""
    return sum(use.cpu_seconds for use in without_others(uses))


def listener_of(port: int) -> int | None:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,):
            return connection.pid
    return None


def _stats() -> dict[int, Stat]:
    found: dict[int, Stat] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = parse_stat((folder / "stat").read_text())
            except OSError:
                continue
    return found


def parse_stat(line: str) -> Stat:
    # The command may hold spaces and brackets: the numbers begin after its last bracket, with field 3.
    fields = line.rpartition(")")[2].split()
    return Stat(parent=int(fields[1]), ticks=sum(int(value) for value in fields[11:15]), rss_pages=int(fields[21]))
