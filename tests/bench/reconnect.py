"""A mass reconnect: all devices at once, each with its cursors and one message to catch up with."""

import time
from collections.abc import Sequence

import msgspec

from tests.bench.connection import Copy
from tests.bench.fleet import Fleet
from tests.bench.options import Options
from tests.bench.pairs import begin_conversations
from tests.bench.processes import Processes, ProcessUse, used_between
from tests.bench.spread import Spread, spread
from tests.bench.text import Envelope
from tests.bench.users import BenchUser


class ReconnectResult(msgspec.Struct, frozen=True):
    """`until_synced` is per device, from the moment when all were told to come back. `came_back` counts attempts
    that the server, or the machine, turned down for the moment."""

    devices: int
    seconds_until_all_synced: float
    until_synced: Spread
    recovered: int
    caught_up_events: int
    came_back: dict[str, int]
    processes: list[ProcessUse]


async def measure_reconnect(users: Sequence[BenchUser], processes: Processes, options: Options) -> ReconnectResult:
    copies = await _connect_first(users, options)
    fleet = Fleet(options.socket_url, options.heartbeat_seconds)
    try:
        before, began_ns = processes.read(), time.monotonic_ns()
        await fleet.open(users, concurrency=len(users), copies=copies)
        used = used_between(before, processes.read(), len(users))
        waits = [connection.synced_ns - began_ns for connection in fleet.connections]
        return ReconnectResult(
            devices=len(waits),
            seconds_until_all_synced=round(max(waits) / 1e9, 2),
            until_synced=spread(waits),
            recovered=sum(connection.is_recovered for connection in fleet.connections),
            caught_up_events=sum(connection.caught_up_events for connection in fleet.connections),
            came_back=dict(fleet.faults),
            processes=used,
        )
    finally:
        await fleet.close()


async def _connect_first(users: Sequence[BenchUser], options: Options) -> list[Copy]:
    """All connect, get a message or send one, and are cut off: what each device has then, the message left out."""
    fleet = Fleet(options.socket_url, options.heartbeat_seconds)
    try:
        await fleet.open(users)
        begun = await begin_conversations(fleet, users)
        return copies_before([connection.snapshot for connection in fleet.connections], begun)
    finally:
        await fleet.close()


def copies_before(snapshots: Sequence[Copy], begun: Sequence[Envelope]) -> list[Copy]:
    """Snapshots by user and messages by pair: as if the pair's message had not come."""
    missed = [envelope for envelope in begun for _ in range(2)]
    return [
        Copy(snapshot.epoch, {**snapshot.cursors, message.conversation_id: message.seq - 1})
        for snapshot, message in zip(snapshots, missed, strict=True)
    ]
