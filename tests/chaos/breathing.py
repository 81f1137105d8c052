"""Life goes on: after a fault is healed, everybody is answered again, and how long that takes is a result."""

import asyncio
from collections.abc import Sequence

from tests.chaos.history import Recorder
from tests.chaos.records import Flowed, now
from tests.chaos.workload.person import Person

WITHIN_SECONDS = 90.0
LOOK_SECONDS = 0.05


class StandsStill(Exception):
    """Nobody is answered any more: what comes next would prove nothing."""


class Breathing:
    def __init__(self, people: Sequence[Person], recorder: Recorder) -> None:
        self._people = people
        self._recorder = recorder

    async def __call__(self) -> None:
        """Returns when everybody has had an answer to something that they asked since. Raises StandsStill."""
        began = now()
        waiting = {person.user_id for person in self._people}
        while waiting and now() - began < WITHIN_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            waiting -= {one.user_id for one in self._people if one.asked_and_answered_since > began}
        self._recorder.note(Flowed(at=now(), seconds=now() - began, waiting=len(waiting)))
        if waiting:
            raise StandsStill
