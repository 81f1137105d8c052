"""One run: people live, the nemesis strikes; then all is healed, must settle, witnesses are asked, and it is judged."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from clients.python import BackchannelError
from tests.chaos.breathing import Breathing, StandsStill
from tests.chaos.checkers import Violation, judge
from tests.chaos.evidence import Evidence
from tests.chaos.gathering import Witnesses
from tests.chaos.history import History, Recorder
from tests.chaos.nemesis import Nemesis
from tests.chaos.records import Began, Healed, now
from tests.chaos.setting import Setting
from tests.chaos.settling import part, settle
from tests.chaos.watching import watch
from tests.chaos.workload.acts import live, send_a_file
from tests.chaos.workload.circle import Circle, circle

SETTLED_SECONDS = 120.0
HISTORY, EVIDENCE = "history.jsonl", "evidence.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds`: how long random faults strike; None: each of them once, in random groups."""

    seed: int
    seconds: float | None
    people: int = 6
    pause_seconds: float = 0.4


@dataclass(frozen=True, slots=True)
class Outcome:
    """`proofs`: by fault, how often it was seen to have struck."""

    history: History
    evidence: Evidence
    violations: Sequence[Violation]
    proofs: Mapping[str, int]

    @property
    def never_struck(self) -> list[str]:
        return [name for name, proofs in self.proofs.items() if not proofs]


async def run(setting: Setting, plan: Plan, folder: Path, say: Callable[[str], None]) -> Outcome:
    """History and evidence are left in the folder, which must be there. Raises StackFault, StoreUnavailable."""
    faults = setting.faults
    since = now()
    with Recorder(folder / HISTORY) as recorder:
        recorder.note(Began(at=since, seed=plan.seed, faults=tuple(one.name for one in faults)))
        async with circle(setting.url, recorder, plan.seed, plan.people) as people:
            await _share_a_file(people)
            await _torment(setting, plan, people, recorder, say)
            say("healed; waiting until all is quiet")
            recorder.note(Healed(at=now()))
            recorder.note(await settle(people, SETTLED_SECONDS))
            say("asking the witnesses")
            evidence = await _asked(setting, people, recorder, since)
    evidence.write(folder / EVIDENCE)
    history = History.read(folder / HISTORY)
    proofs = {one.name: one.proofs for one in faults}
    return Outcome(history, evidence, judge(history, evidence), proofs)


async def _share_a_file(people: Circle) -> None:
    """One that nobody changes later: there is something to look for in every run."""
    person = people.people[0]
    while not person.sent:
        with suppress(BackchannelError, TimeoutError):  # the first one wakes everything up
            await send_a_file(person, people)
    person.sent.clear()


async def _torment(
    setting: Setting, plan: Plan, people: Circle, recorder: Recorder, say: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    lives = [asyncio.create_task(live(one, people, stop, plan.pause_seconds)) for one in people.people]
    watching = asyncio.create_task(watch(setting.stack, setting.stores.kafka_bootstrap, recorder))
    nemesis = Nemesis(setting.faults, Random(plan.seed), recorder, Breathing(people.people, recorder), say)
    try:
        with suppress(StandsStill):  # what is judged then says so
            if plan.seconds is None:
                await nemesis.strike_each_once()
            else:
                await nemesis.strike_until(now() + plan.seconds)
        stop.set()
        await asyncio.wait(lives, timeout=SETTLED_SECONDS)
    finally:
        for task in (*lives, watching):
            task.cancel()
        ended = await asyncio.gather(*lives, watching, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


async def _asked(setting: Setting, people: Circle, recorder: Recorder, since: float) -> Evidence:
    witnesses = Witnesses(setting.stores, setting.objects, setting.push_journal, since)
    evidence = await witnesses.gather(people, ())
    presences = await part(people, recorder)
    return msgspec.structs.replace(evidence, presences=tuple(presences))
