"""The nemesis: it picks faults from a seed, lets them last for a while, heals them, and picks others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from random import Random

from infra.local.faults import StackFault
from tests.chaos.faults.fault import Fault
from tests.chaos.history import Recorder
from tests.chaos.records import Struck, now

AT_ONCE_MAX = 3
EACH_ONCE = 5
NONE_SHARE = 0.15
PAUSE_SECONDS = (1.0, 5.0)
STRIKES_WITHIN_SECONDS = 6.0

Breath = Callable[[], Awaitable[None]]
"""Returns when life goes on."""


class Nemesis:
    """`breathe` is waited for after each round, when all that it did is healed."""

    def __init__(
        self,
        faults: Sequence[Fault],
        random: Random,
        recorder: Recorder,
        breathe: Breath,
        say: Callable[[str], None],
        *,
        pause_seconds: tuple[float, float] = PAUSE_SECONDS,
    ) -> None:
        self._faults = faults
        self._random = random
        self._recorder = recorder
        self._breathe = breathe
        self._say = say
        self._pause_seconds = pause_seconds

    async def strike_until(self, ends_at: float) -> None:
        """Random subsets, sometimes none, until a time. None comes again before all others have come."""
        left: list[Fault] = []
        while now() < ends_at:
            count = 0 if self._random.random() < NONE_SHARE else self._random.randint(1, AT_ONCE_MAX)
            if not left:
                left = self._random.sample(self._faults, len(self._faults))
            chosen, left = _drawn(left, count)
            await self._round(chosen)
            await asyncio.sleep(self._random.uniform(*self._pause_seconds))

    async def strike_each_once(self) -> None:
        """All faults, in random groups, each fault in one."""
        left = list(self._faults)
        self._random.shuffle(left)
        while left:
            chosen, left = _drawn(left, EACH_ONCE)
            await self._round(chosen)

    async def _round(self, chosen: Sequence[Fault]) -> None:
        self._say(", ".join(one.name for one in chosen) or "nothing")
        # Drawn before, one after the other: what is drawn depends on the seed alone.
        holds = [self._random.uniform(*one.hold_seconds) for one in chosen]
        await asyncio.gather(*(self._strike(one, hold) for one, hold in zip(chosen, holds, strict=True)))
        await self._breathe()

    async def _strike(self, fault: Fault, hold_seconds: float) -> None:
        try:
            await fault.begin()
            self._note(fault, "begun")
            await asyncio.sleep(hold_seconds)
            await _struck(fault)
        except (StackFault, OSError) as failed:  # what it was to strike may just not be there
            self._note(fault, "failed", str(failed))
        finally:
            # However the run ends: what was paused goes on, what was cut is open.
            await asyncio.shield(self._heal(fault))

    async def _heal(self, fault: Fault) -> None:
        try:
            await fault.heal()
        except (StackFault, OSError) as failed:
            self._note(fault, "failed", str(failed))
        else:
            self._note(fault, "healed")

    def _note(self, fault: Fault, phase: str, detail: str = "") -> None:
        self._recorder.note(Struck(at=now(), fault=fault.name, phase=phase, proofs=fault.proofs, detail=detail))  # type: ignore[arg-type]  # one of its phases
        if detail:
            self._say(f"{fault.name}: {detail.splitlines()[0]}")


async def _struck(fault: Fault) -> None:
    """Return when it has, or never will: over some lines nobody speaks for seconds."""
    with suppress(TimeoutError, StackFault):
        async with asyncio.timeout(STRIKES_WITHIN_SECONDS):
            while not await fault.has_struck():  # noqa: ASYNC110 — nobody tells
                await asyncio.sleep(0.2)


def _drawn(left: Sequence[Fault], count: int) -> tuple[list[Fault], list[Fault]]:
    """So many of different targets, for two things done to one part at once only hide each other; and the rest."""
    chosen = list({one.target: one for one in left}.values())[:count]
    return chosen, [one for one in left if one not in chosen]
