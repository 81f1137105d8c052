"""Commits are never ahead of work: of each command before a committed offset the event was in the log by then."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Committed


def check(history: History, evidence: Evidence) -> Iterator[str]:
    must = [one for one in evidence.commands if one.needs_event and not one.is_dead]
    for one in must:
        if one.decided_at is None:
            yield f"the command at {one.partition}@{one.offset} led to nothing"
    for sample in history.of(Committed):
        for one in must:
            is_committed = one.offset < sample.offsets.get(one.partition, 0)
            if is_committed and one.decided_at is not None and one.decided_at > sample.at:
                yield f"{one.partition}@{one.offset} was committed {one.decided_at - sample.at:.2f} s before its event"
