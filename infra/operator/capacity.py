"""Capacity on paper: how much of everything so many users need, from what was measured. Pure.

A receipt is taken to cost as much as a message, which is more than it does: it is a command and an event as well.
Each line carries its own reckoning, so that whoever doubts a figure sees which assumption to change.
"""

import math
from collections.abc import Callable, Sequence

from msgspec import Struct

from infra.operator import measured

DAY_SECONDS = 86_400
TB = 1e12


class Demand(Struct, frozen=True, kw_only=True):
    """What is asked for. The seed figures are those of the design: 500 M users a day, a tenth of them connected at a
    time, 10 messages of 1 KB each."""

    users: float = 500e6
    connected_share: float = 0.1
    messages_per_user_day: float = 10
    message_bytes: float = 1_000
    peak_factor: float = 3
    heartbeat_seconds: float = 15
    utilisation: float = 0.5
    """How busy a core may be at the peak: the rest is for waves, rebuilds, and the loss of a zone."""
    replication: int = 3
    cores_per_node: int = 16
    """Of brokers and of nodes of stores. A process of ours has one core."""
    disk_tb_per_node: float = 8
    hot_days: float = 30
    """Before a message moves from Cassandra into the archive."""
    log_days: float = 30
    """How long events stay on the brokers' own disks; older segments are tiered, for the log is kept for ever."""
    command_days: float = 7
    gateway_memory_gib: float = 4
    receipt_bytes: float = 500
    """A receipt's command, or its event, as a record."""
    row_bytes: float = 1_300
    """A message and its receipts in Cassandra, on one replica."""
    cached_bytes: float = 400
    """A connected user in Redis."""


class Line(Struct, frozen=True):
    """So many of something; `why` is how that was reckoned."""

    what: str
    count: float
    unit: str
    why: str


class Plan(Struct, frozen=True):
    demand: Demand
    load: Sequence[Line]
    machines: Sequence[Line]
    storage: Sequence[Line]


def plan(demand: Demand) -> Plan:
    """What the demand comes to."""
    load = _load(demand)
    return Plan(demand, load, _machines(demand, load), _storage(demand, load))


def _load(demand: Demand) -> Sequence[Line]:
    day = demand.users * demand.messages_per_user_day
    mean, records = day / DAY_SECONDS, 1 + measured.RECEIPTS_A_RECIPIENT
    peak = mean * demand.peak_factor
    return (
        Line("messages a day", day, "", f"{_n(demand.users)} users x {_n(demand.messages_per_user_day)}"),
        Line("messages a second, mean", mean, "/s", f"{_n(day)} / {DAY_SECONDS:,} s"),
        Line("messages a second, peak", peak, "/s", f"{_n(mean)}/s x {_n(demand.peak_factor)}"),
        Line("events a second, peak", peak * records, "/s", f"{_n(peak)}/s x (1 + {_n(records - 1)} receipts)"),
        Line(
            "sockets",
            demand.users * demand.connected_share,
            "",
            f"{_n(demand.users)} users x {_n(demand.connected_share)}",
        ),
    )


def _machines(demand: Demand, load: Sequence[Line]) -> Sequence[Line]:
    _, _, _, peak, sockets = (line.count for line in load)
    busy = demand.utilisation

    def processes(what: str, us: float) -> Line:
        return _line(what, "processes", f"{_n(peak)}/s x {_n(us)} µs / {_n(busy)}", peak * us / 1e6 / busy)

    def nodes(what: str, us: float, kept_tb: float) -> Line:
        cores, disk = peak * us / 1e6 / busy / demand.cores_per_node, kept_tb / demand.disk_tb_per_node / 0.7
        why = (
            f"the greater of {_n(peak)}/s x {_n(us)} µs / {_n(busy)} / {demand.cores_per_node} cores = {_n(cores)}"
            f" and {_n(kept_tb)} TB / {_n(demand.disk_tb_per_node)} TB / 0.7 full = {_n(disk)}"
        )
        return _line(what, "nodes", why, max(cores, disk, demand.replication))

    log_tb, hot_tb = (line.count for line in _storage(demand, load)[1:3])
    return (
        _partitions(demand, peak),
        nodes("Kafka brokers", measured.KAFKA_US, log_tb),
        nodes("Cassandra nodes", measured.CASSANDRA_US * demand.replication, hot_tb),
        nodes("PostgreSQL shards", measured.POSTGRES_US, 0),
        _redis(demand, peak, sockets),
        _gateways(demand, peak, sockets),
        processes("balancers", measured.BALANCER_US),
        processes("conversation agents", measured.CONVERSATION_US),
        processes("fan-out agents", measured.FANOUT_US),
        processes("view agents", measured.VIEWS_US),
        processes("notification agents", measured.NOTIFICATION_US),
    )


def _partitions(demand: Demand, peak: float) -> Line:
    """A partition is decided, and folded into the views, by one process at a time: the slower sets the number."""
    slowest = max(measured.CONVERSATION_US, measured.FANOUT_US, measured.VIEWS_US)
    why = f"{_n(peak)}/s / ({_n(1e6 / slowest)}/s that the views of one fold x {_n(demand.utilisation)})"
    return _line("partitions of commands and of events", "partitions", why, peak * slowest / 1e6 / demand.utilisation)


def _redis(demand: Demand, peak: float, sockets: float) -> Line:
    why = (
        f"{_n(peak)}/s x {_n(measured.REDIS_US)} µs / {_n(demand.utilisation)};"
        f" {_n(sockets * demand.cached_bytes / 2**30)} GiB in all"
    )
    return _line("Redis, by user", "processes", why, peak * measured.REDIS_US / 1e6 / demand.utilisation)


def _gateways(demand: Demand, peak: float, sockets: float) -> Line:
    a_socket = measured.HEARTBEATS_PERCENT / 100 / measured.HEARTBEATS_USERS
    heartbeats = sockets * a_socket * measured.HEARTBEATS_EVERY_SECONDS / demand.heartbeat_seconds
    events = peak * measured.GATEWAYS_US / 1e6
    cores = (heartbeats + events) / demand.utilisation
    memory = sockets * measured.CONNECTION_KIB / 2**20 / demand.gateway_memory_gib
    why = (
        f"the greater of ({_n(heartbeats)} cores for heartbeats every {_n(demand.heartbeat_seconds)} s + {_n(events)}"
        f" for events) / {_n(demand.utilisation)} = {_n(cores)}, and {_n(sockets)} sockets x"
        f" {measured.CONNECTION_KIB} KiB / {_n(demand.gateway_memory_gib)} GiB = {_n(memory)}"
    )
    return _line("gateways", "processes", why, max(cores, memory))


def _storage(demand: Demand, load: Sequence[Line]) -> Sequence[Line]:
    day = load[0].count
    record = demand.message_bytes + measured.RECEIPTS_A_RECIPIENT * demand.receipt_bytes
    day_tb, copies = day * record / TB, demand.replication
    kept_days = demand.log_days + demand.command_days
    return (
        Line(
            "events a day, one copy",
            day_tb,
            "TB",
            f"{_n(day)} x ({_n(demand.message_bytes)} B + {_n(measured.RECEIPTS_A_RECIPIENT)} receipts of"
            f" {_n(demand.receipt_bytes)} B)",
        ),
        Line(
            "on the brokers",
            day_tb * kept_days * copies,
            "TB",
            f"{_n(day_tb)} TB x ({_n(demand.log_days)} days of events + {_n(demand.command_days)} of commands)"
            f" x {copies} copies",
        ),
        Line(
            "in Cassandra",
            day * demand.row_bytes * demand.hot_days * copies / TB,
            "TB",
            f"{_n(day)} x {_n(demand.row_bytes)} B x {_n(demand.hot_days)} days x {copies} copies",
        ),
        Line(
            "into the archive, a year",
            day * demand.message_bytes * 365 / TB,
            "TB",
            f"{_n(day)} x {_n(demand.message_bytes)} B x 365: ciphertext does not shrink; one copy",
        ),
    )


def _line(what: str, unit: str, why: str, exact: float, rounded: Callable[[float], int] = math.ceil) -> Line:
    return Line(what, max(1, rounded(exact)), unit, why)


def _n(value: float) -> str:
    """A figure for people: 500M, 57.9k, 0.5."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.3g}"
