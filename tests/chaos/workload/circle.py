"""A circle of people who know each other: two groups, one of which nobody ever leaves, and direct lines between all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain, cycle
from random import Random

from clients.python.commands import CreateGroup
from clients.python.events import Body
from tests.chaos.dialogues import dialogues
from tests.chaos.history import Recorder
from tests.chaos.workload.person import Person, arrive, synced
from tests.chaos.workload.phone import new_id

ARRIVAL_SECONDS = 120.0


class Circle:
    """`family_id`: all of them, always; `club_id`: whose members come and go. They say what real dialogues say."""

    def __init__(self, people: list[Person], family_id: str, club_id: str) -> None:
        self.people = people
        self.family_id = family_id
        self.club_id = club_id
        self._lines: Iterator[str] = cycle(chain.from_iterable(dialogues()))

    def others(self, me: Person) -> list[Person]:
        return [one for one in self.people if one is not me]

    def text(self) -> Body:
        return Body(kind="text", text=next(self._lines))


@asynccontextmanager
async def circle(url: str, recorder: Recorder, seed: int, size: int) -> AsyncIterator[Circle]:
    """Each second person has two connected phones, and each second one a phone that sleeps."""
    run = Random().randbytes(3).hex()
    people: list[Person] = []
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            for number in range(size):
                random = Random(f"{seed} {number}")
                person = await arrive(
                    url, f"p{number}.{run}", recorder, random, phones=1 + number % 2, has_sleeper=number % 2 == 0
                )
                people.append(person)
            await synced(people, ARRIVAL_SECONDS)
            family_id = await _group("family", people)
            club_id = await _group("club", people[: size // 2 + 1])
        yield Circle(people, family_id, club_id)
    finally:
        for one in people:
            await one.end()


async def _group(name: str, people: list[Person]) -> str:
    first, *others = people
    member_ids = tuple(one.user_id for one in others)
    command, created = CreateGroup(client_id=new_id(), name=name, member_ids=member_ids), None
    while created is None:
        created = await first.phones[0].give(command)
    return created.conversation_id
