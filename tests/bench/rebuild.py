"""Rebuilding the timeline: how fast while nobody is there, and what people notice of it while messages flow.

The log is the stack's own, made long enough first; what is built is dropped again.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import msgspec

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.stores.log_ends import LogEnds
from schemas.topics import CONVERSATION_EVENTS
from tests.bench.fleet import Fleet
from tests.bench.latency import measure_latency
from tests.bench.processes import Processes
from tests.bench.spread import Spread
from tests.long_log import append_long_log

EVENTS_LEAST = 100_000
LIVE_RATE = 300
WORKERS = (1, 2, 4)
PROJECTION = "timeline"


class QuietRebuild(msgspec.Struct, frozen=True):
    workers: int
    events: int
    events_per_second: int


class RebuildResult(msgspec.Struct, frozen=True):
    """`alone` and `beside`: socket to socket at LIVE_RATE messages a second, without a rebuild and during one, which
    then folded `beside_per_second`."""

    quiet: list[QuietRebuild]
    alone: Spread
    beside: Spread
    beside_per_second: int
    beside_was_over: bool


async def measure_rebuild(
    fleet: Fleet, targets: Sequence[bytes], processes: Processes, bootstrap: str, seconds: float
) -> RebuildResult:
    ends = await LogEnds(bootstrap).ends(CONVERSATION_EVENTS)
    if sum(ends.values()) < EVENTS_LEAST:
        await append_long_log(Stack(LocalSettings()))
    quiet = [await _quiet(workers) for workers in WORKERS]
    alone = await measure_latency(fleet, targets, processes, rate=LIVE_RATE, seconds=seconds)
    rebuild = asyncio.create_task(_backchannel("rebuild", PROJECTION))
    beside = await measure_latency(fleet, targets, processes, rate=LIVE_RATE, seconds=seconds)
    was_over = rebuild.done()
    built = await rebuild
    await _backchannel("drop", PROJECTION, str(built["version"]))
    return RebuildResult(
        quiet, alone.socket_to_socket, beside.socket_to_socket, int(built["events_per_second"]), was_over
    )


async def _quiet(workers: int) -> QuietRebuild:
    built = await _backchannel("rebuild", PROJECTION, "--workers", str(workers))
    await _backchannel("drop", PROJECTION, str(built["version"]))
    return QuietRebuild(workers, int(built["events"]), int(built["events_per_second"]))


async def _backchannel(*arguments: str) -> dict[str, str]:
    command = (sys.executable, "-m", "infra.operator", "projection", *arguments, "--json")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, command
    said: dict[str, str] = json.loads(out)
    return said
