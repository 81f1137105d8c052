"""Socket to socket: from the sender's frame being written to the recipient's frame arriving."""

import asyncio
import random
from collections.abc import Sequence

import msgspec

from tests.bench.fleet import Fleet
from tests.bench.flights import Flights
from tests.bench.options import WARM_UP_SECONDS
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.schedule import Schedule
from tests.bench.spread import Spread, spread

DRAIN_SECONDS = 30.0
# Reading /proc takes some ms: it is done just before the first measured message is due.
READING_LEAD_SECONDS = 0.05
ORDER_SEED = 20


class LatencyResult(msgspec.Struct, frozen=True):
    """`from_due` counts from when a message was due; `late` is the generator's lateness alone."""

    rate: int
    users: int
    seconds: float
    sent: int
    socket_to_socket: Spread
    tick: Spread
    from_due: Spread
    late: Spread
    missing: int
    repeated: int
    faults: dict[str, int]
    processes: list[ProcessUse]


async def measure_latency(
    fleet: Fleet, targets: Sequence[bytes], processes: Processes, *, rate: int, seconds: float
) -> LatencyResult:
    faults = fleet.faults.copy()
    flights = Flights(fleet, targets, shuffled(len(targets)), keep_envelopes=False)
    first = int(rate * WARM_UP_SECONDS)
    schedule = Schedule(rate, first + int(rate * seconds), flights.send_next)
    sending = asyncio.create_task(schedule.run())
    await asyncio.sleep(WARM_UP_SECONDS - READING_LEAD_SECONDS)
    before = processes.read()
    await sending
    await flights.all_arrived(DRAIN_SECONDS)
    after = processes.read()
    measured = range(first, schedule.total)
    return LatencyResult(
        rate=rate,
        users=len(targets),
        seconds=seconds,
        sent=len(measured),
        socket_to_socket=spread(_waits(flights.delivered_ns, flights.written_ns, measured)),
        tick=spread(_waits(flights.ticked_ns, flights.written_ns, measured)),
        from_due=spread(flights.delivered_ns[n] - schedule.due_ns(n) for n in measured if flights.delivered_ns[n]),
        late=spread(flights.written_ns[n] - schedule.due_ns(n) for n in measured),
        missing=len(flights.written_ns) - flights.delivered,
        repeated=flights.repeated,
        faults=dict(fleet.faults - faults),
        processes=used_between(before, after, len(measured)),
    )


def shuffled(count: int) -> list[int]:
    """Every user once, in the same order in each run: neighbours in time are not pairs."""
    order = list(range(count))
    random.Random(ORDER_SEED).shuffle(order)
    return order


def _waits(ended_ns: Sequence[int], began_ns: Sequence[int], numbers: range) -> list[int]:
    return [ended_ns[n] - began_ns[n] for n in numbers if ended_ns[n]]
