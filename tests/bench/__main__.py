"""`python -m tests.bench`: measures the stack that runs here, prints tables and writes a JSON file."""

import gc
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import uvloop
from rich.console import Console

from tests.bench.archive import measure_archive
from tests.bench.broker import measure_broker
from tests.bench.compare import comparison
from tests.bench.export import measure_export
from tests.bench.fleet import Fleet
from tests.bench.group import measure_group
from tests.bench.groups import MEMBERS
from tests.bench.idle import measure_idle
from tests.bench.latency import measure_latency
from tests.bench.machine import describe_machine
from tests.bench.online import measure_online
from tests.bench.options import WARM_UP_SECONDS, Options, parse_options
from tests.bench.pairs import begin_conversations, targets_of
from tests.bench.profiling import profiling
from tests.bench.proof import prove
from tests.bench.push import PHONES, measure_push
from tests.bench.rebuild import measure_rebuild
from tests.bench.receipts import measure_receipts
from tests.bench.reconnect import measure_reconnect
from tests.bench.report import FOLDER, Report, default_path, read_report, write_report
from tests.bench.saturation import measure_saturation
from tests.bench.sources import user_source
from tests.bench.stack import ensure_stack, find_processes, start_afresh, with_heartbeats
from tests.bench.table import print_report, troubles
from tests.bench.users import UserSource
from tests.bench.verify import measure_verify

ARCHIVE_PER_CONVERSATION = 511  # two whole buckets

# Progress goes to stderr: stdout holds the tables alone.
progress = Console(stderr=True, highlight=False)


def main() -> int:
    options = parse_options()
    raise_descriptor_limit()
    ensure_stack(options.url)
    report = Report(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", describe_machine(), sys.argv[1:])
    try:
        uvloop.run(measure(options, report))
    finally:
        path = options.json_path or default_path(datetime.now(UTC))
        write_report(report, path)
        console = Console(highlight=False)
        print_report(report, console)
        if options.compare is not None:
            console.print(comparison(report, read_report(options.compare)))
        progress.print(f"written to {path}")
    return 1 if list(troubles(report)) else 0


async def measure(options: Options, report: Report) -> None:
    source = user_source(options)
    try:
        if {"latency", "saturation", "rebuild"} & set(options.measures):
            await _measure_messages(options, report, source)
        if "broker" in options.measures:
            progress.print(f"broker alone, {options.broker_rate} a second")
            report.broker = await measure_broker(options.kafka_bootstrap, options.broker_rate, options.seconds)
        await _measure_crowds(options, report, source)
        if "idle" in options.measures:
            await _measure_idle(options, report, source)
        if "heartbeat" in options.measures:
            await _measure_heartbeats(options, report, source)
        if "archive" in options.measures:
            progress.print(f"{options.archive} old messages move into the archive")
            with collector_off():
                report.archive = await measure_archive(options.archive, ARCHIVE_PER_CONVERSATION)
        if "verify" in options.measures:
            progress.print("all views are verified against the log")
            report.verify = await measure_verify(options.verify)
        if "export" in options.measures:
            progress.print(f"{options.export} records are exported")
            report.export = measure_export(options.export)
    finally:
        await source.close()


async def _measure_messages(options: Options, report: Report, source: UserSource) -> None:
    progress.print(f"{options.users} users")
    users = await source.devices(users=options.users, per_user=1)
    processes = find_processes(options.url)
    fleet = Fleet(options.socket_url, options.heartbeat_seconds)
    try:
        await fleet.open(users)
        targets = targets_of(await begin_conversations(fleet, users))
        for rate in options.rates if "latency" in options.measures else ():
            progress.print(f"latency, {rate} a second")
            with collector_off():
                result = await measure_latency(fleet, targets, processes, rate=rate, seconds=options.seconds)
            report.latency.append(result)
        if "saturation" in options.measures:
            await _measure_saturation(options, report, fleet, targets)
        if "rebuild" in options.measures:
            progress.print("the timeline is rebuilt, alone and beside messages")
            with collector_off():
                report.rebuild = await measure_rebuild(
                    fleet, targets, processes, options.kafka_bootstrap, options.seconds
                )
    finally:
        await fleet.close()


async def _measure_saturation(options: Options, report: Report, fleet: Fleet, targets: list[bytes]) -> None:
    progress.print(f"saturation, {options.window} under way")
    processes = find_processes(options.url)
    sampled = {name: pid for pid, name in processes.roots.items() if name in options.profile}
    with collector_off(), profiling(sampled, WARM_UP_SECONDS + options.seconds, FOLDER) as report.profiles:
        report.saturation, acknowledged = await measure_saturation(
            fleet, targets, processes, window=options.window, seconds=options.seconds
        )
    progress.print(f"proof of {len(acknowledged)} messages")
    proof = await prove(acknowledged, options.cassandra_hosts, options.cassandra_port)
    report.saturation = msgspec.structs.replace(report.saturation, proof=proof)


async def _measure_crowds(options: Options, report: Report, source: UserSource) -> None:
    processes = find_processes(options.url)
    if "group" in options.measures:
        progress.print(f"{options.groups} groups of {MEMBERS}, {options.group_rate} messages a second")
        users = await source.devices(users=options.groups * MEMBERS, per_user=1)
        with collector_off():
            report.group = await measure_group(users, processes, options)
    if "receipts" in options.measures:
        progress.print(f"receipts of a group of {MEMBERS}")
        users = await source.devices(users=MEMBERS, per_user=1)
        with collector_off():
            report.receipts = await measure_receipts(users, processes, options)
    if "push" in options.measures:
        progress.print(f"pushes, {options.push_rate} a second")
        users = await source.devices(users=2 * PHONES, per_user=1)
        with collector_off():
            report.push = await measure_push(users, processes, options)
    if "reconnect" in options.measures:
        progress.print(f"{options.reconnect} devices come back at once")
        users = await source.devices(users=options.reconnect, per_user=1)
        with collector_off():
            report.reconnect = await measure_reconnect(users, processes, options)


async def _measure_heartbeats(options: Options, report: Report, source: UserSource) -> None:
    users = await source.devices(users=options.online, per_user=1)
    for seconds in options.online_heartbeats:
        progress.print(f"{options.online} users online, a heartbeat every {seconds:g} s")
        with with_heartbeats(seconds, options.url), collector_off():
            result = await measure_online(users, find_processes(options.url), options, seconds)
        report.online.append(result)


async def _measure_idle(options: Options, report: Report, source: UserSource) -> None:
    users = options.idle if source.is_quick else min(options.users, options.idle)
    per_user = -(-options.idle // users)
    progress.print(f"{users} users with {per_user} devices")
    devices = (await source.devices(users=users, per_user=per_user))[: options.idle]
    progress.print(f"{options.idle} idle connections, to a gateway started afresh")
    start_afresh(options.gateway_url, options.url)
    with collector_off():
        report.idle = await measure_idle(devices, find_processes(options.url), options)


def raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def collector_off() -> Iterator[None]:
    """A collection over thousands of connections would stop the generator for longer than is measured."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


if __name__ == "__main__":
    sys.exit(main())
