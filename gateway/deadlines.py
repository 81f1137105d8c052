"""Which sessions to look at when: each is looked at once per silence, not once per tick. Pure."""

from collections import defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Deadlines(Generic[T]):
    """Things by the step of time in which they are due."""

    def __init__(self, step_seconds: float = 1.0) -> None:
        self._step_seconds = step_seconds
        self._due: defaultdict[int, list[T]] = defaultdict(list)
        self._done = -1

    def add(self, thing: T, at: float) -> None:
        self._due[max(self._step(at) + 1, self._done + 1)].append(thing)

    def due(self, now: float) -> list[T]:
        """What is due by `now`; each is given once."""
        step = self._step(now)
        if self._done < 0:
            self._done = min((step, *self._due)) - 1
        found = [thing for at in range(self._done + 1, step + 1) for thing in self._due.pop(at, ())]
        self._done = max(self._done, step)
        return found

    def _step(self, at: float) -> int:
        return int(at / self._step_seconds)
