"""An agent that only listens, for the tests of what stands around agents."""

import asyncio

from schemas.topics import Topic
from streams.runtime.records import Run


class Listener:
    group = "listener"
    topic = Topic("a-topic", "nothing", (), 1, -1)
    is_background = False

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.put = self.runs.append
        self.told: list[str] = []
        self.lets_go = asyncio.Event()
        self.lets_go.set()

    async def start(self) -> None: ...

    async def work(self) -> None: ...

    async def assigned(self, partitions: frozenset[int]) -> None:
        self.told.append(f"assigned {sorted(partitions)}")

    async def revoked(self) -> None:
        await self.lets_go.wait()
        self.told.append("revoked")


def no_fault(fault: BaseException) -> None:
    """What faults are reported to, where none may be."""
    raise fault
