"""The page of results under `docs/`, written by the last run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.chaos.checkers import CHECKERS
from tests.chaos.planted import PLANTED
from tests.chaos.result import Result

HEAD = """# What it survives

Written by `make chaos`; not by hand. Each run starts a stack of its own (three brokers, each record on three, a proxy
before each store), lets people live on it over the public protocol, and breaks it at random, from a seed. Then all is
healed, and what each person and each witness says is held against the history of the run. `make chaos SEED=…` chooses
the same faults again.
"""


FOUND: Mapping[str, str] = {
    "While the timeline's agent was away, a change of a message that its author had just been told of was refused"
    " (`not-found`), as if for good; now it is `unavailable`, or the socket closes with 4004, and it is repeated": (
        "tests/infra/stores/test_door_facts.py"
    ),
    "After a broker was killed a gateway was told for 90 s that a partition of the log has no leader, which was"
    " true for a moment, and opened no connection; now who was answered with an error asks anew": (
        "tests/infra/stores/test_log_ends.py"
    ),
    "PostgreSQL kept the transaction, and the locks, of an agent that had gone without a word: the inbox stood still"
    " until somebody ended it by hand; now it is let go after 15 s, and whose machine is gone is noticed within 25 s": (
        "tests/infra/stores/test_postgres.py"
    ),
}
"""What runs have found in the system, and the tests that hold it since."""


def write_page(path: Path, results: Sequence[Result]) -> None:
    path.write_text("\n".join(_lines(results)) + "\n")


def _lines(results: Sequence[Result]) -> Iterator[str]:
    yield HEAD
    yield from _runs(results)
    yield from _faults(results)
    yield from _checkers(results)
    yield from _found()


def _found() -> Iterator[str]:
    yield "\n## Found\n"
    yield "| what was wrong | held by |"
    yield "| --- | --- |"
    yield from (f"| {what} | `{test}` |" for what, test in FOUND.items())


def _runs(results: Sequence[Result]) -> Iterator[str]:
    yield "## Runs\n"
    columns = ("seed", "began", "seconds", "events", "calls: ok, refused, unknown", "connects", "answered again within",
               "violations")  # fmt: skip
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for one in results:
        calls = ", ".join(f"{one.calls.get(name, 0):,}" for name in ("ok", "refused", "unknown"))
        slowest = max(one.flowing_seconds, default=0.0)
        yield (
            f"| {one.seed} | {one.began_at} | {one.seconds:,.0f} | {one.events:,} | {calls} | {one.connects:,} |"
            f" {slowest:.1f} s | {sum(one.violations.values())} |"
        )
    yield ""
    for one in results:
        yield from (f"- seed {one.seed}: {name} was chosen and never struck" for name in _idle(one))
        yield from (f"- seed {one.seed}: {example}" for example in one.examples)
    yield ""


def _idle(one: Result) -> list[str]:
    """Those that began, and of which nothing was seen."""
    return [name for name in one.never_struck if one.struck.get(name)]


def _faults(results: Sequence[Result]) -> Iterator[str]:
    yield "## Faults\n"
    yield "How often each began, and how often it was seen to have struck: a new pid, a process that the kernel calls"
    yield "stopped, bytes that a proxy did not pass on, a dead letter.\n"
    yield "| fault | began | proofs |"
    yield "| --- | --- | --- |"
    for name in sorted({name for one in results for name in one.proofs}):
        began = sum(one.struck.get(name, 0) for one in results)
        yield f"| {name} | {began:,} | {sum(one.proofs.get(name, 0) for one in results):,} |"
    yield ""


def _checkers(results: Sequence[Result]) -> Iterator[str]:
    yield "## Checkers\n"
    yield "Each has bugs that a test plants into what a run recorded, and that turn it, and no other, red.\n"
    yield "| checker | planted bug | violations in these runs |"
    yield "| --- | --- | --- |"
    for name in CHECKERS:
        planted = "; ".join(one.what for one in PLANTED if one.checker == name)
        yield f"| {name} | {planted} | {sum(one.violations.get(name, 0) for one in results)} |"
