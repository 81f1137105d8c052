"""The stage of a play: pairs of people, each with a share of the corpus."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle, islice

from infra.local.stack import Stack
from infra.stores.settings import StoreSettings
from tests.chaos.dialogues import Dialogue, dialogues
from tests.chaos.players import Pair, arrive


@asynccontextmanager
async def stage(url: str, pairs: int, devices: int) -> AsyncIterator[list[Pair]]:
    """Pairs of people who are connected; the first of a pair has `devices` devices, the other one."""
    run = os.urandom(4).hex()
    async with AsyncExitStack() as cleanup:
        yield [
            Pair(
                await arrive(url, f"one.{number}.{run}", devices, cleanup),
                await arrive(url, f"two.{number}.{run}", 1, cleanup),
            )
            for number in range(pairs)
        ]


def shares(pairs: int, dialogues_each: int) -> list[list[Dialogue]]:
    """For each pair, its dialogues, spread over the whole corpus: every language is played by somebody."""
    corpus = list(dialogues())
    step = max(1, len(corpus) // (pairs * dialogues_each))
    chosen = islice(cycle(corpus[::step]), pairs * dialogues_each)
    return [list(islice(chosen, dialogues_each)) for _ in range(pairs)]


async def play(pairs: list[Pair], dialogues_each: int, stop: asyncio.Event | None = None) -> int:
    """Everybody talks at the same time; how many lines were said."""
    parts = shares(len(pairs), dialogues_each)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(pair.play(part, stop)) for pair, part in zip(pairs, parts, strict=True)]
    return sum(task.result() for task in tasks)


def store_settings(system: Stack) -> StoreSettings:
    """The stores of the stack that is tested."""
    values = {name.removeprefix("BACKCHANNEL_").lower(): value for name, value in system.environment().items()}
    return StoreSettings(**{name: value for name, value in values.items() if name in StoreSettings.model_fields})  # type: ignore[arg-type]  # as from the environment
