"""Flat out: a window of messages always under way; what counts is what arrived at recipients."""

import asyncio
import time
from collections.abc import Sequence

import msgspec

from tests.bench.closed_loop import ClosedLoop
from tests.bench.fleet import Fleet
from tests.bench.flights import Flights
from tests.bench.latency import shuffled
from tests.bench.options import WARM_UP_SECONDS
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.proof import Proof
from tests.bench.spread import Spread, spread
from tests.bench.text import Envelope, decode_envelope

DRAIN_SECONDS = 30.0


class SaturationResult(msgspec.Struct, frozen=True):
    window: int
    users: int
    seconds: float
    delivered: int
    messages_per_second: float
    socket_to_socket: Spread
    missing: int
    repeated: int
    faults: dict[str, int]
    processes: list[ProcessUse]
    proof: Proof | None = None


async def measure_saturation(
    fleet: Fleet, targets: Sequence[bytes], processes: Processes, *, window: int, seconds: float
) -> tuple[SaturationResult, Sequence[Envelope]]:
    """The figures, and all that was acknowledged, for the proof."""
    faults = fleet.faults.copy()
    flights = Flights(fleet, targets, shuffled(len(targets)), keep_envelopes=True)
    loop = ClosedLoop(flights, window)
    loop.start()
    await asyncio.sleep(WARM_UP_SECONDS)
    before, delivered_before, began_ns = processes.read(), flights.delivered, time.monotonic_ns()
    await asyncio.sleep(seconds)
    delivered, ended_ns, after = flights.delivered - delivered_before, time.monotonic_ns(), processes.read()
    loop.stop()
    await flights.all_arrived(DRAIN_SECONDS)
    elapsed_seconds = (ended_ns - began_ns) / 1e9
    result = SaturationResult(
        window=window,
        users=len(targets),
        seconds=round(elapsed_seconds, 3),
        delivered=delivered,
        messages_per_second=round(delivered / elapsed_seconds, 1),
        socket_to_socket=spread(_waits(flights, began_ns, ended_ns)),
        missing=len(flights.written_ns) - flights.delivered,
        repeated=flights.repeated,
        faults=dict(fleet.faults - faults),
        processes=used_between(before, after, delivered),
    )
    return result, [decode_envelope(envelope) for _, envelope in flights.envelopes]


def _waits(flights: Flights, began_ns: int, ended_ns: int) -> list[int]:
    pairs = zip(flights.written_ns, flights.delivered_ns, strict=True)
    return [delivered - written for written, delivered in pairs if began_ns <= delivered <= ended_ns]
