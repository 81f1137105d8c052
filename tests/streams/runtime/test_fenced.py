"""A reader whose place in its group was taken by another of the same name: it ends, also if it holds nothing."""

import asyncio
from typing import Any
from uuid import uuid4

from schemas.topics import PRESENCE_EVENTS
from streams.runtime.progress import Progress
from streams.runtime.reader import Place, Reader
from tests.streams.runtime.test_reader import Owner

FENCED_SECONDS = 20.0


class Ending(Owner):
    """Notes the end of its reader; it has nothing to commit when it lets go."""

    def __init__(self) -> None:
        super().__init__()
        self.holds = asyncio.Event()
        self.fault: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def assigned(self, places: set[Place]) -> None:
        self.holds.set()

    async def revoked(self, places: set[Place], *, is_lost: bool) -> None:
        self.told.append("revoked")

    def failed(self, fault: BaseException) -> None:
        if not self.fault.done():
            self.fault.set_result(fault)


def config(bootstrap: str, group: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "group.instance.id": "the-same",
        "enable.auto.commit": False,
        "session.timeout.ms": 6_000,
        "heartbeat.interval.ms": 500,
        "log_level": 0,
    }


async def test_ended_when_fenced(bootstrap: str) -> None:
    group, loop = f"fenced-{uuid4()}", asyncio.get_running_loop()
    first, second = Ending(), Ending()
    readers = [Reader(config(bootstrap, group), loop, owner, Progress()) for owner in (first, second)]
    readers[0].start()
    await readers[0].subscribe([PRESENCE_EVENTS.name])
    async with asyncio.timeout(FENCED_SECONDS):
        await first.holds.wait()
        readers[1].start()
        await readers[1].subscribe([PRESENCE_EVENTS.name])
        fault = await first.fault
    readers[1].leave()
    await asyncio.to_thread(readers[1].join, FENCED_SECONDS)
    assert "fenced" in str(fault).lower()
