"""Connected users who only send heartbeats, on all gateways: the CPU that everything together takes for it."""

import asyncio
import resource
from collections.abc import Sequence

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.options import Options
from tests.bench.processes import GENERATOR, Processes, ProcessUse, cpu_seconds, used_between
from tests.bench.users import BenchUser

SETTLE_SECONDS = 10.0
# The balancer needs two descriptors a socket: with the usual hard limit of 20,000 it stops accepting short of 10,000
# sockets, and whoever comes then waits for ever.
BALANCER_RESERVE = 400


class OnlineResult(msgspec.Struct, frozen=True):
    """`percent_of_core` is that of the whole stack, the generator left out; `percent_before` with nobody connected."""

    connections: int
    heartbeat_seconds: float
    seconds: float
    percent_of_core: float
    percent_before: float
    faults: dict[str, int]
    processes: list[ProcessUse]


async def measure_online(
    users: Sequence[BenchUser], processes: Processes, options: Options, heartbeat_seconds: float
) -> OnlineResult:
    fleet = Fleet(options.socket_url, heartbeat_seconds)
    alone, seconds_alone = await _watch(processes, options.idle_seconds)
    try:
        await fleet.open(users, urls=urls_of(len(users), options.socket_url, options.gateway_url, descriptor_limit()))
        used, seconds = await _watch(processes, options.idle_seconds)
        return OnlineResult(
            connections=len(fleet.connections),
            heartbeat_seconds=heartbeat_seconds,
            seconds=round(seconds, 2),
            percent_of_core=percent_of_core(used, seconds),
            percent_before=percent_of_core(alone, seconds_alone),
            faults=dict(fleet.faults),
            processes=used,
        )
    finally:
        await fleet.close()


async def _watch(processes: Processes, seconds: float) -> tuple[list[ProcessUse], float]:
    """What they use, once it is quiet, and within how many seconds."""
    await asyncio.sleep(SETTLE_SECONDS)
    before = processes.read()
    await asyncio.sleep(seconds)
    after = processes.read()
    return used_between(before, after), after.at - before.at


def descriptor_limit() -> int:
    """Of one process, as the balancer's: it is started with the same hard limit."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def urls_of(count: int, balancer: str, gateway: str, descriptors: int) -> list[str]:
    """As many through the balancer as it can hold; the rest straight to a gateway, as clients may."""
    through = count if descriptors == resource.RLIM_INFINITY else min(count, (descriptors - BALANCER_RESERVE) // 2)
    return [balancer] * through + [gateway] * (count - through)


def percent_of_core(uses: Sequence[ProcessUse], seconds: float) -> float:
    """Of the stack alone."""
    return round(cpu_seconds(use for use in uses if use.name != GENERATOR) / seconds * 100, 1)
