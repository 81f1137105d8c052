"""The same corpus while every part of the system is killed in turn (kill -9) and started again by its supervisor."""

import asyncio
import signal

import pytest
import redis

from infra.local.stack import Stack
from tests.chaos.checks import check_agreement, until_quiet
from tests.chaos.players import Pair
from tests.chaos.stage import play, stage, store_settings

PAIRS = 8
DEVICES = 2
DIALOGUES_EACH = 100_000  # they talk until they are told to stop
VICTIMS = (
    "conversation", "fanout", "presence", "views", "media", "gateway-1", "gateway-2", "api", "balancer", "redis",
    "cassandra", "postgres", "objects", "kafka",
)  # fmt: skip
AFTERWARDS_SECONDS = 60.0
LINES_BETWEEN = 2 * PAIRS


@pytest.mark.timeout(600)
class TestKilledInTurn:
    async def test_nothing_is_lost_doubled_or_missing_after_synced(self, system: Stack, api_url: str) -> None:
        async with stage(api_url, PAIRS, DEVICES) as pairs:
            stop = asyncio.Event()
            playing = asyncio.create_task(play(pairs, DIALOGUES_EACH, stop))
            for victim in VICTIMS:
                await _kill(system, victim)
                await _until_more_is_said(pairs, playing)
            await asyncio.to_thread(_flush_all, system)
            await _until_more_is_said(pairs, playing)
            stop.set()
            said = await playing
            await until_quiet(pairs)

            assert said == await check_agreement(pairs, store_settings(system))


async def _kill(system: Stack, victim: str) -> None:
    """Kill a part and wait until its supervisor has it serve again: with another process, or nothing struck."""
    before = system.pid(victim)
    await asyncio.to_thread(system.kill, victim, signal.SIGKILL)
    async with asyncio.timeout(AFTERWARDS_SECONDS):
        while (now := await asyncio.to_thread(system.pid, victim)) is None or now == before:  # noqa: ASYNC110 — a pid has no event
            await asyncio.sleep(0.1)
    await asyncio.to_thread(system.wait_ready, victim, AFTERWARDS_SECONDS)


async def _until_more_is_said(pairs: list[Pair], playing: "asyncio.Task[int]") -> None:
    """The system is alive again: everybody has said something new."""
    goals = [_acknowledged(pair) + LINES_BETWEEN // PAIRS for pair in pairs]
    async with asyncio.timeout(AFTERWARDS_SECONDS):
        while any(_acknowledged(pair) < goal for pair, goal in zip(pairs, goals, strict=True)):
            assert not playing.done(), "the play ended before the faults did"
            await asyncio.sleep(0.1)


def _acknowledged(pair: Pair) -> int:
    return sum(len(person.acknowledged) for person in pair.people)


def _flush_all(system: Stack) -> None:
    with redis.Redis.from_url(system.environment()["BACKCHANNEL_REDIS_URL"]) as client:
        client.flushall()
