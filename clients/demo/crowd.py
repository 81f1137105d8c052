"""A crowd for a stack: people who read, type and talk at a human pace, to friends and in groups, until it is ended."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from random import Random

from clients.demo.actors import Actor, entered
from clients.demo.patience import patiently
from clients.demo.people import Person, sign_up
from clients.demo.someone import Someone
from clients.demo.tally import Tally
from clients.python import Api, BackchannelError

ENTERING_AT_ONCE = 4  # a password costs the server some 20 ms of a core
FRIENDS = 4  # to either side
GROUP_PEOPLE = 10
AGAIN_SECONDS = 5.0
LINE_SECONDS, LINE_SECONDS_IN_LOGS = 1.0, 10.0


def person(number: int) -> Person:
    return Person(f"crowd.{number:03}", f"Crowd {number}")


async def run(url: str, count: int) -> None:
    """Until it is cancelled. Raises BackchannelError if the first of them finds nobody there."""
    async with Api(url) as api:
        await sign_up(api, person(0))
    crowd = Crowd(url, count)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.tell())
        for number in range(count):
            tasks.create_task(crowd.live(number))


class Crowd:
    def __init__(self, url: str, count: int) -> None:
        self.tally = Tally()
        self._url = url
        self._count = count
        self._door = asyncio.Semaphore(ENTERING_AT_ONCE)
        self._user_ids: dict[int, str] = {}  # of those who have been here

    async def tell(self) -> None:
        """A line that changes in its place; where nobody looks on, one now and then."""
        seconds, end = (LINE_SECONDS, "\x1b[K\r") if sys.stdout.isatty() else (LINE_SECONDS_IN_LOGS, "\n")
        since = time.monotonic()
        while True:
            await asyncio.sleep(seconds)
            now = time.monotonic()
            print(self.tally.line(self._count, now - since), end=end, flush=True)  # noqa: T201  the program's output
            since = now

    async def live(self, number: int) -> None:
        """One of them, who comes back whatever happens."""
        while True:
            try:
                await self._live(number)
            except* (BackchannelError, TimeoutError):
                self.tally.failed += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _live(self, number: int) -> None:
        async with AsyncExitStack() as stack:
            actor = await self._enter(stack, number)
            self.tally.here += 1
            stack.callback(self._gone)
            someone = Someone(actor.client, self.tally, Random(number))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(someone.listen())
                tasks.create_task(someone.talk(lambda: self._near(number)))
                if number % GROUP_PEOPLE == GROUP_PEOPLE - 1:
                    tasks.create_task(someone.found(f"Crowd {number // GROUP_PEOPLE}", self._before(number)))

    async def _enter(self, stack: AsyncExitStack, number: int) -> Actor:
        async with self._door:
            async with Api(self._url) as api:
                await patiently(lambda: sign_up(api, person(number)))
            actor = await stack.enter_async_context(entered(self._url, person(number)))
            await actor.client.wait_synced()
        self._user_ids[number] = actor.user_id
        return actor

    def _gone(self) -> None:
        self.tally.here -= 1

    def _near(self, number: int) -> list[str]:
        others = range(number - FRIENDS, number + FRIENDS + 1)
        return [self._user_ids[other] for other in others if other != number and other in self._user_ids]

    def _before(self, number: int) -> list[str]:
        """Those of one's group who have been here."""
        others = range(number - GROUP_PEOPLE + 1, number)
        return [self._user_ids[other] for other in others if other in self._user_ids]
