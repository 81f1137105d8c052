"""The nemesis: what it chooses depends on the seed alone, everything that it began is healed, however it ends."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from infra.local.faults import StackFault
from tests.chaos import nemesis
from tests.chaos.breathing import StandsStill
from tests.chaos.faults.fault import Fault
from tests.chaos.history import History, Recorder
from tests.chaos.nemesis import Nemesis
from tests.chaos.records import now


class Noted(Fault):
    kind = "noted"
    hold_seconds = (0.0, 0.001)

    def __init__(self, target: str, *, fails: bool = False) -> None:
        super().__init__(target)
        self.is_on = False
        self.has_begun = asyncio.Event()
        self._fails = fails

    async def begin(self) -> None:
        if self._fails:
            raise StackFault("it is not there")
        self.is_on = True
        self.has_begun.set()
        self.proofs += 1

    async def heal(self) -> None:
        self.is_on = False


class Rare(Noted):
    """There is nothing to strike at until somebody looks for the third time."""

    looks = 0

    async def has_struck(self) -> bool:
        assert self.is_on
        self.looks += 1
        return self.looks == 3


async def breathe() -> None:
    pass


def struck(path: Path) -> list[tuple[str, str]]:
    return [(one.fault, one.phase) for one in History.read(path).struck]


async def each_once(seed: int, path: Path, *faults: Fault) -> list[str]:
    with Recorder(path) as recorder:
        await Nemesis(faults, Random(seed), recorder, breathe, lambda _: None).strike_each_once()
    return [name for name, phase in struck(path) if phase == "begun"]


class TestStrikes:
    async def test_each_once_in_an_order_that_the_seed_decides(self, tmp_path: Path) -> None:
        orders = [
            await each_once(seed, tmp_path / f"{number}.jsonl", *(Noted(str(target)) for target in range(8)))
            for number, seed in enumerate((1, 1, 2))
        ]
        assert orders[0] == orders[1] != orders[2]
        assert [8, 8, 8] == [len(set(order)) for order in orders]

    async def test_none_comes_again_before_all_others(self, tmp_path: Path) -> None:
        faults, ends_at = [Noted(str(target)) for target in range(5)], now() + 3600

        async def breathe_until_three_decks_are_through() -> None:
            if sum(one.proofs for one in faults) >= 15:
                raise StandsStill

        with Recorder(tmp_path / "history.jsonl") as recorder, pytest.raises(StandsStill):
            striking = Nemesis(
                faults, Random(1), recorder, breathe_until_three_decks_are_through, print, pause_seconds=(0.0, 0.0)
            )
            await striking.strike_until(ends_at)
        order = [name for name, phase in struck(tmp_path / "history.jsonl") if phase == "begun"]
        assert [5, 5, 5] == [len(set(order[first : first + 5])) for first in (0, 5, 10)]

    async def test_all_are_healed_when_it_is_interrupted(self, tmp_path: Path) -> None:
        fault = Noted("a")
        fault.hold_seconds = (60.0, 60.0)
        with Recorder(tmp_path / "history.jsonl") as recorder:
            striking = asyncio.create_task(
                Nemesis([fault], Random(1), recorder, breathe, lambda _: None).strike_each_once()
            )
            await fault.has_begun.wait()
            striking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await striking
        assert not fault.is_on
        assert [("noted:a", "begun"), ("noted:a", "healed")] == struck(tmp_path / "history.jsonl")

    async def test_lasts_until_it_has_struck(self, tmp_path: Path) -> None:
        fault = Rare("a")
        await each_once(1, tmp_path / "history.jsonl", fault)
        assert 3 == fault.looks

    async def test_does_not_wait_for_ever_for_something_to_strike_at(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(nemesis, "STRIKES_WITHIN_SECONDS", 0.01)
        fault = Rare("a")
        await each_once(1, tmp_path / "history.jsonl", fault)
        assert (1, False) == (fault.looks, fault.is_on)

    async def test_what_cannot_be_struck_is_said(self, tmp_path: Path) -> None:
        fault = Noted("a", fails=True)
        await each_once(1, tmp_path / "history.jsonl", fault)
        assert 0 == fault.proofs
        assert ("noted:a", "failed") in struck(tmp_path / "history.jsonl")

    async def test_never_two_of_one_target_at_once(self, tmp_path: Path) -> None:
        faults = [Noted("a"), Noted("a"), Noted("a")]
        with Recorder(tmp_path / "history.jsonl") as recorder:
            await Nemesis(faults, Random(1), recorder, breathe, lambda _: None).strike_until(now() + 0.01)
        phases = [phase for _, phase in struck(tmp_path / "history.jsonl")]
        assert phases[::2] == ["begun"] * (len(phases) // 2)
