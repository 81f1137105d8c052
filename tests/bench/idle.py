"""Idle connections: the gateway's memory for each, and all CPU while nothing but heartbeats moves."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
import psutil

from tests.bench.fleet import Fleet
from tests.bench.options import Options
from tests.bench.processes import Processes, ProcessUse, listener_of, used_between
from tests.bench.users import BenchUser

# The first connections pay for imports, pools and arenas; they stay open and are not counted.
WARM_UP_CONNECTIONS = 100
SETTLE_SECONDS = 3.0


class Memory(msgspec.Struct, frozen=True):
    rss_kib: float
    uss_kib: float
    pss_kib: float


class IdleResult(msgspec.Struct, frozen=True):
    connections: int
    kib_per_connection: Memory
    gateway_before: Memory
    gateway_after: Memory
    connect_seconds: float
    heartbeat_seconds: float
    seconds: float
    faults: dict[str, int]
    processes_before: list[ProcessUse]
    processes: list[ProcessUse]


async def measure_idle(users: Sequence[BenchUser], processes: Processes, options: Options) -> IdleResult:
    """`processes_before` is the same time with the warm-up connections alone."""
    gateway = _gateway(options.gateway_url)
    fleet = Fleet(options.gateway_url, options.heartbeat_seconds)
    try:
        await fleet.open(users[:WARM_UP_CONNECTIONS])
        await asyncio.sleep(SETTLE_SECONDS)
        used_before = await _used_in(processes, options.idle_seconds)
        before = _memory(gateway)
        connect_seconds = await _open(fleet, users[WARM_UP_CONNECTIONS:])
        await asyncio.sleep(SETTLE_SECONDS)
        used = await _used_in(processes, options.idle_seconds)
        after = _memory(gateway)
        return IdleResult(
            connections=len(fleet.connections),
            kib_per_connection=_each(before, after, len(users) - WARM_UP_CONNECTIONS),
            gateway_before=before,
            gateway_after=after,
            connect_seconds=round(connect_seconds, 1),
            heartbeat_seconds=fleet.heartbeat_seconds,
            seconds=options.idle_seconds,
            faults=dict(fleet.faults),
            processes_before=used_before,
            processes=used,
        )
    finally:
        await fleet.close()


async def _open(fleet: Fleet, users: Sequence[BenchUser]) -> float:
    started = time.monotonic()
    await fleet.open(users)
    return time.monotonic() - started


async def _used_in(processes: Processes, seconds: float) -> list[ProcessUse]:
    before = processes.read()
    await asyncio.sleep(seconds)
    return used_between(before, processes.read())


def _gateway(url: str) -> psutil.Process:
    port = urlsplit(url).port
    pid = None if port is None else listener_of(port)
    if pid is None:
        raise SystemExit(f"nothing listens at {url}: is the gateway on this machine?")
    return psutil.Process(pid)


def _memory(process: psutil.Process) -> Memory:
    found = process.memory_full_info()
    return Memory(found.rss / 1024, found.uss / 1024, found.pss / 1024)


def _each(before: Memory, after: Memory, count: int) -> Memory:
    return Memory(
        round((after.rss_kib - before.rss_kib) / count, 2),
        round((after.uss_kib - before.uss_kib) / count, 2),
        round((after.pss_kib - before.pss_kib) / count, 2),
    )
