"""What the bench is asked to do: the command line as one frozen value."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.settings import HOST, LocalSettings

MEASURES = (
    "latency", "saturation", "broker", "group", "receipts", "reconnect", "push", "idle", "heartbeat", "archive",
    "verify", "export", "rebuild",
)  # fmt: skip
# The stack needs this long to warm up: a producer's first records wait for an idempotent id and a cold JVM.
WARM_UP_SECONDS = 3.0


@dataclass(frozen=True)
class Options:
    url: str
    socket_url: str
    gateway_url: str
    measures: tuple[str, ...]
    rates: tuple[int, ...]
    seconds: float
    users: int
    users_from: str
    window: int
    idle: int
    idle_seconds: float
    heartbeat_seconds: float | None
    group_rate: int
    groups: int
    online: int
    online_heartbeats: tuple[float, ...]
    reconnect: int
    broker_rate: int
    archive: int
    verify: int
    export: int
    push_rate: int
    json_path: Path | None
    compare: Path | None
    profile: tuple[str, ...]
    kafka_bootstrap: str
    cassandra_hosts: tuple[str, ...]
    cassandra_port: int


def parse_options(argv: Sequence[str] | None = None) -> Options:
    local = LocalSettings()
    given = _parser(local).parse_args(argv)
    # For the settings of the stores too: they know nothing of a local stack's port offset.
    for name, value in local.environment().items():
        os.environ.setdefault(name, value)
    url = given.url.rstrip("/")
    return Options(
        url=url,
        socket_url=given.socket_url or url.replace("http", "ws", 1) + "/v1/socket",
        gateway_url=given.gateway_url,
        measures=_measures(given.only),
        rates=tuple(int(rate) for rate in given.rates.split(",")),
        seconds=given.seconds,
        users=given.users - given.users % 2,
        users_from=given.users_from,
        window=given.window,
        idle=given.idle,
        idle_seconds=given.idle_seconds,
        heartbeat_seconds=given.heartbeat_seconds,
        group_rate=given.group_rate,
        groups=given.groups,
        online=given.online,
        online_heartbeats=tuple(float(seconds) for seconds in given.online_heartbeats.split(",")),
        reconnect=given.reconnect - given.reconnect % 2,
        broker_rate=given.broker_rate,
        archive=given.archive,
        verify=given.verify,
        export=given.export,
        push_rate=given.push_rate,
        json_path=given.json,
        compare=given.compare,
        profile=tuple(given.profile.split(",")) if given.profile else (),
        kafka_bootstrap=os.environ["BACKCHANNEL_KAFKA_BOOTSTRAP"],
        cassandra_hosts=tuple(os.environ["BACKCHANNEL_CASSANDRA_HOSTS"].split(",")),
        cassandra_port=int(os.environ["BACKCHANNEL_CASSANDRA_PORT"]),
    )


def _measures(only: str | None) -> tuple[str, ...]:
    if only is None:
        return MEASURES
    asked = only.split(",")
    unknown = set(asked) - set(MEASURES)
    if unknown:
        raise SystemExit(f"--only takes {', '.join(MEASURES)}; not {', '.join(sorted(unknown))}")
    return tuple(name for name in MEASURES if name in asked)


def _parser(local: LocalSettings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--rates", default="100,500,1000", help="messages a second, one latency run for each")
    add("--seconds", type=float, default=20.0, help="length of each run, after the warm-up of 3 s")
    add(
        "--users",
        type=int,
        default=2000,
        help="connected users of latency and saturation; they talk in pairs",
    )
    add(
        "--users-from",
        choices=("auto", "http", "store"),
        default="auto",
        help="http: sign up (slow, cached); store: write into PostgreSQL; auto: store if the stack is local",
    )
    add("--window", type=int, default=1000, help="messages under way at any time in the saturation run")
    add("--idle", type=int, default=10_000, help="idle connections, straight to one gateway")
    add("--idle-seconds", type=float, default=20.0, help="length of the idle run")
    add("--heartbeat-seconds", type=float, help="send heartbeats this often, not as Welcome says")
    add("--group-rate", type=int, default=20, help="messages a second to groups of 100, in the group run")
    add("--groups", type=int, default=5, help="groups that these messages go to in turn; each has members of its own")
    add("--online", type=int, default=10_000, help="connected users of the heartbeat runs")
    add(
        "--online-heartbeats",
        default="1.5,15",
        help="a heartbeat run for each; a local stack is started again where its gateways ask for others",
    )
    add("--reconnect", type=int, default=5_000, help="devices that come back at once in the reconnect run")
    add("--broker-rate", type=int, default=500, help="records a second of the broker's own run")
    add("--archive", type=int, default=100_000, help="old messages that move into the archive")
    add("--verify", type=int, default=100_000, help="records that the log has at least, when views are verified")
    add("--export", type=int, default=500_000, help="records that are exported")
    add("--push-rate", type=int, default=500, help="push requests a second in the push run")
    add("--only", help=f"of {', '.join(MEASURES)}: one, or several with commas")
    add("--json", type=Path, help="where the figures go; default .local/bench/<UTC time>.json")
    add(
        "--profile",
        help="parts of the stack to sample with py-spy in the saturation run, which it slows down",
    )
    add("--compare", type=Path, help="an earlier JSON file: ratios beside it")
    add("--url", default=local.address, help="the load balancer")
    add("--socket-url", help="the socket, if it is not at --url")
    add(
        "--gateway-url",
        default=f"ws://{HOST}:{local.port(8091)}/v1/socket",
        help="one gateway, for idle connections",
    )
    return parser
