"""Waiting until the agent has saved all that stands in the log; what it must have saved."""

import asyncio
from collections.abc import Iterable
from functools import reduce

from infra.stores.faults import until_available
from infra.stores.snapshots import Snapshots
from schemas.events import MessageSent
from schemas.topics import CONVERSATION_EVENTS
from streams.conversation.state import Conversation, evolve
from tests.integration.conversation.event_log import EventLog

SAVED_SECONDS = 40.0
LOOK_SECONDS = 0.05


async def all_saved(snapshots: Snapshots, events: EventLog) -> None:
    """Wait until the checkpoints of all partitions stand at the ends of the log."""
    ends = events.ends()
    deadline = asyncio.get_running_loop().time() + SAVED_SECONDS
    while (found := await checkpointed(snapshots)) != ends:
        assert asyncio.get_running_loop().time() < deadline, f"the log ends at {ends}, the checkpoints are {found}"
        await asyncio.sleep(LOOK_SECONDS)


async def checkpointed(snapshots: Snapshots) -> dict[int, int]:
    found = {
        number: await until_available(lambda number=number: snapshots.checkpoint(number), "checkpoints")  # type: ignore[misc]
        for number in range(CONVERSATION_EVENTS.partitions)
    }
    return {number: one.next_event_offset if one else 0 for number, one in found.items()}


def folded(conversation_id: str, messages: Iterable[MessageSent]) -> Conversation:
    """The state that these events make."""
    return reduce(evolve, messages, Conversation(conversation_id))
