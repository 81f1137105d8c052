"""What came of a run, for the page that lists the last ones, and for the table at its end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.chaos.checkers import CHECKERS
from tests.chaos.records import Answered, Dialed, Ended, Flowed, Heard, Settled, Struck
from tests.chaos.run import Outcome

SHOWN_VIOLATIONS = 5


class Result(Struct, frozen=True, kw_only=True):
    """`struck` and `proofs` by fault; `violations` by checker, the first few of each in words; `ended`: how often a
    device was told not to come back, and why."""

    seed: int
    began_at: str
    seconds: float
    brokers: int
    calls: Mapping[str, int]
    frames: int
    connects: int
    events: int
    struck: Mapping[str, int]
    proofs: Mapping[str, int]
    never_struck: tuple[str, ...]
    violations: Mapping[str, int]
    examples: tuple[str, ...]
    ended: Mapping[str, int]
    flowing_seconds: tuple[float, ...]
    settled_seconds: float

    @property
    def is_green(self) -> bool:
        return not any(self.violations.values())


def result(outcome: Outcome, brokers: int) -> Result:
    history = outcome.history
    first, last = history.records[0].at, history.records[-1].at
    violations = dict.fromkeys(CHECKERS, 0)
    for one in outcome.violations:
        violations[one.checker] += 1
    answers = [one.outcome for one in history.of(Answered)]
    struck: dict[str, int] = {}
    for strike in history.of(Struck):
        struck[strike.fault] = struck.get(strike.fault, 0) + (strike.phase == "begun")
    return Result(
        seed=history.seed,
        began_at=datetime.fromtimestamp(first, UTC).isoformat(timespec="seconds"),
        seconds=round(last - first, 1),
        brokers=brokers,
        calls={"made": len(history.calls), **{name: answers.count(name) for name in sorted(set(answers))}},
        frames=sum(1 for _ in history.of(Heard)),
        connects=sum(1 for _ in history.of(Dialed)),
        events=len(outcome.evidence.log),
        struck=struck,
        proofs=dict(outcome.proofs),
        never_struck=tuple(outcome.never_struck),
        violations=violations,
        examples=tuple(_examples(outcome)),
        ended=Counter(f"{one.code} {one.reason}" for one in history.of(Ended)),
        flowing_seconds=tuple(round(one.seconds, 2) for one in history.of(Flowed)),
        settled_seconds=round(max((one.seconds for one in history.of(Settled)), default=0.0), 1),
    )


def _examples(outcome: Outcome) -> Iterable[str]:
    shown: dict[str, int] = {}
    for one in outcome.violations:
        shown[one.checker] = shown.get(one.checker, 0) + 1
        if shown[one.checker] <= SHOWN_VIOLATIONS:
            yield f"{one.checker}: {one.sentence}"


def keep(folder: Path, one: Result) -> Path:
    path = folder / f"{one.began_at.replace(':', '')}-{one.seed}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(one)))
    return path


def kept(folder: Path) -> list[Result]:
    """Those of a folder, in the order of time."""
    found = [msgspec.json.decode(path.read_bytes(), type=Result) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda one: one.began_at)
