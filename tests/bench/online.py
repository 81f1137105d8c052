"""Connected users who only send heartbeats, on all gateways: the CPU that everything together takes for it."""

import asyncio
from collections.abc import Sequence

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.options import Options
from tests.bench.processes import GENERATOR, Processes, ProcessUse, cpu_seconds, used_between
from tests.bench.users import BenchUser

SETTLE_SECONDS = 10.0


class OnlineResult(msgspec.Struct, frozen=True):
    """`percent_of_core` is that of the whole stack, the generator left out."""

    connections: int
    heartbeat_seconds: float
    seconds: float
    percent_of_core: float
    faults: dict[str, int]
    processes: list[ProcessUse]


async def measure_online(
    users: Sequence[BenchUser], processes: Processes, options: Options, heartbeat_seconds: float
) -> OnlineResult:
    fleet = Fleet(options.socket_url, heartbeat_seconds)
    try:
        await fleet.open(users)
        await asyncio.sleep(SETTLE_SECONDS)
        before = processes.read()
        await asyncio.sleep(options.idle_seconds)
        after = processes.read()
        used = used_between(before, after)
        return OnlineResult(
            connections=len(fleet.connections),
            heartbeat_seconds=heartbeat_seconds,
            seconds=round(after.at - before.at, 2),
            percent_of_core=percent_of_core(used, after.at - before.at),
            faults=dict(fleet.faults),
            processes=used,
        )
    finally:
        await fleet.close()


def percent_of_core(uses: Sequence[ProcessUse], seconds: float) -> float:
    """Of the stack alone."""
    return round(cpu_seconds(use for use in uses if use.name != GENERATOR) / seconds * 100, 1)
