"""Heartbeats of bare sockets, as long as a test wants them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from clients.python import ConnectionLost
from clients.python.frames import PresenceChanged
from tests.e2e.line import Line

BEAT_SECONDS = 1.0
HEARTBEAT = {"type": "Heartbeat"}


@asynccontextmanager
async def beating(*lines: Line) -> AsyncIterator[None]:
    """All these lines send heartbeats meanwhile."""
    tasks = [asyncio.create_task(_beat(line)) for line in lines]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _beat(line: Line) -> None:
    with suppress(ConnectionLost):
        while True:
            await line.say(HEARTBEAT)
            await asyncio.sleep(BEAT_SECONDS)


def subscribe(*user_ids: str) -> dict[str, object]:
    return {"type": "SubscribePresence", "user_ids": user_ids}


def unsubscribe(*user_ids: str) -> dict[str, object]:
    return {"type": "UnsubscribePresence", "user_ids": user_ids}


async def told(line: Line, user_id: str, *, is_online: bool | None) -> PresenceChanged:
    """What the line hears next of presence, once it is this."""
    while True:
        _, changed = await line.hear_until(PresenceChanged)
        if (changed.user_id, changed.is_online) == (user_id, is_online):
            return changed


def now() -> datetime:
    return datetime.now(UTC)
