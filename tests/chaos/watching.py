"""What is looked at all the time while things break: the memory of our processes, and what they say to have done."""

import asyncio
from contextlib import suppress

import psutil

from infra.local.stack import Stack
from infra.stores.faults import StoreUnavailable
from infra.stores.log_ends import LogEnds
from schemas.topics import CONVERSATION_COMMANDS
from tests.chaos.history import Recorder
from tests.chaos.records import Committed, Weighed, now

LOOK_SECONDS = 2.0
MIB = 2**20
NOT_OURS = frozenset({"fake-push", "prometheus"})
GROUP = "conversation"


async def watch(stack: Stack, bootstrap: str, recorder: Recorder) -> None:
    """Until it is cancelled."""
    ends = LogEnds(bootstrap)
    while True:
        recorder.note(Weighed(at=now(), mib=await asyncio.to_thread(_weigh, stack)))
        with suppress(StoreUnavailable):  # who is away says nothing
            offsets = await ends.committed(GROUP, CONVERSATION_COMMANDS)
            recorder.note(Committed(at=now(), offsets=offsets))
        await asyncio.sleep(LOOK_SECONDS)


def _weigh(stack: Stack) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in stack.names():
        pid = stack.pid(name) if stack.part(name).kind == "service" and name not in NOT_OURS else None
        if pid is not None:
            with suppress(psutil.NoSuchProcess):
                found[name] = round(psutil.Process(pid).memory_info().rss / MIB, 1)
    return found
