"""What is done to the lines between parts, by the proxy in between."""

import asyncio
from abc import abstractmethod
from random import Random
from typing import ClassVar

from tests.chaos.faults.fault import Fault
from tests.chaos.proxy import Proxy

LOST_SECONDS = 0.5


class LinkFault(Fault):
    """`counted` names the proxy's count that proves it."""

    counted: ClassVar[str]

    def __init__(self, proxy: Proxy, random: Random) -> None:
        super().__init__(proxy.name)
        self._proxy = proxy
        self._random = random
        self._before = 0

    async def begin(self) -> None:
        self._before = self._count()
        self._spoil()

    async def has_struck(self) -> bool:
        return self._count() > self._before

    @abstractmethod
    def _spoil(self) -> None:
        """Make the line bad, from now on."""

    @abstractmethod
    def _mend(self) -> None:
        """As it was."""

    async def heal(self) -> None:
        self._mend()
        self.proofs += self._count() - self._before

    def _count(self) -> int:
        return int(getattr(self._proxy.counts, self.counted))

    def _some(self) -> set[int]:
        """At least one of them: to an object store there often is just one."""
        numbers = sorted(line.number for line in self._proxy.lines)
        some = self._random.sample(numbers, 1) if numbers else []
        return {*some, *(number for number in numbers if self._random.random() < 0.5)}


class Cut(LinkFault):
    """All lines are cut, and none is taken."""

    kind, counted = "cut", "cut"
    hold_seconds = (1.0, 8.0)

    def _spoil(self) -> None:
        self._proxy.cut()

    def _mend(self) -> None:
        self._proxy.weather.is_cut = False


class Reset(LinkFault):
    """Some lines are cut."""

    kind, counted = "reset", "cut"
    hold_seconds = (0.0, 0.0)

    def _spoil(self) -> None:
        some = self._some()
        self._proxy.reset(lambda line: line.number in some)

    def _mend(self) -> None:
        pass


class Delayed(LinkFault):
    kind, counted = "delay", "delayed"
    hold_seconds = (2.0, 6.0)

    def _spoil(self) -> None:
        self._proxy.weather.delay_seconds = self._random.uniform(0.02, 0.3)

    def _mend(self) -> None:
        self._proxy.weather.delay_seconds = 0.0


class Sliced(LinkFault):
    """What was sent together arrives in pieces of a few bytes."""

    kind, counted = "slice", "sliced"
    hold_seconds = (2.0, 6.0)

    def _spoil(self) -> None:
        self._proxy.weather.slice_bytes = self._random.randint(1, 7)

    def _mend(self) -> None:
        self._proxy.weather.slice_bytes = 0


class Slow(LinkFault):
    """Half of the lines carry a few kilobytes a second: clients that read slowly."""

    kind, counted = "slow", "throttled"
    hold_seconds = (4.0, 10.0)

    def _spoil(self) -> None:
        self._proxy.weather.slow_bytes_per_second = self._random.choice((1_000, 4_000, 16_000))

    def _mend(self) -> None:
        self._proxy.weather.slow_bytes_per_second = 0


class Vanished(LinkFault):
    """Half of the lines carry nothing any more, and nobody is told: a train in a tunnel."""

    kind, counted = "vanish", "swallowed"
    hold_seconds = (4.0, 10.0)

    def _spoil(self) -> None:
        some = self._some()
        self._proxy.swallow(lambda line: line.number in some, "up", "down")

    def _mend(self) -> None:
        self._proxy.reset(lambda line: bool(line.swallowed))


class AnswersLost(LinkFault):
    """The broker appends, and its answer never arrives: who asked must ask again, and it must count once."""

    kind, counted = "lose-answers", "answers_lost"
    hold_seconds = (1.0, 3.0)

    def _spoil(self) -> None:
        self._proxy.loses_answers = True

    def _mend(self) -> None:
        self._proxy.loses_answers = False

    async def heal(self) -> None:
        await super().heal()
        await asyncio.sleep(LOST_SECONDS)  # the last of these were appended by now
        self._proxy.reset(lambda line: bool(line.swallowed))
