"""Messages to groups of 100, all members online on all gateways: how far apart the members get them, and how late."""

import asyncio
from collections.abc import Sequence

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.group_flights import GroupFlights
from tests.bench.groups import MEMBERS, create_groups
from tests.bench.latency import DRAIN_SECONDS, READING_LEAD_SECONDS
from tests.bench.options import WARM_UP_SECONDS, Options
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.schedule import Schedule
from tests.bench.spread import Spread, spread
from tests.bench.users import BenchUser


class GroupResult(msgspec.Struct, frozen=True):
    """`missing` and `repeated` count receipts."""

    rate: int
    groups: int
    members: int
    seconds: float
    sent: int
    first_to_last: Spread
    to_each: Spread
    to_last: Spread
    missing: int
    repeated: int
    faults: dict[str, int]
    processes: list[ProcessUse]


async def measure_group(users: Sequence[BenchUser], processes: Processes, options: Options) -> GroupResult:
    fleet = Fleet(options.socket_url, options.heartbeat_seconds)
    try:
        await fleet.open(users)
        flights = GroupFlights(fleet, await create_groups(fleet, users))
        return await _send(fleet, flights, processes, rate=options.group_rate, seconds=options.seconds)
    finally:
        await fleet.close()


async def _send(fleet: Fleet, flights: GroupFlights, processes: Processes, *, rate: int, seconds: float) -> GroupResult:
    first = int(rate * WARM_UP_SECONDS)
    schedule = Schedule(rate, first + int(rate * seconds), flights.send_next)
    sending = asyncio.create_task(schedule.run())
    await asyncio.sleep(WARM_UP_SECONDS - READING_LEAD_SECONDS)
    before = processes.read()
    await sending
    await flights.all_arrived(DRAIN_SECONDS)
    measured = range(first, schedule.total)
    return GroupResult(
        rate=rate,
        groups=len(fleet.connections) // MEMBERS,
        members=MEMBERS,
        seconds=seconds,
        sent=len(measured),
        first_to_last=spread(flights.first_to_last(measured)),
        to_each=spread(flights.to_each(measured)),
        to_last=spread(flights.to_last(measured)),
        missing=flights.missing,
        repeated=flights.repeated,
        faults=dict(fleet.faults),
        processes=used_between(before, processes.read(), len(measured)),
    )
