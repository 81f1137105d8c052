"""What must hold of every run, one promise a file: pure functions from what happened to what is wrong with it.

A checker gives a sentence for each violation. It may rest on what another one proves: each says its own promise only.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from tests.chaos.checkers import (
    agreement,
    commits,
    documented,
    doubled,
    invented,
    last_seen,
    liveness,
    lost,
    media,
    memory,
    order,
    own_writes,
    pushes,
    receipts,
    recovery,
    secrecy,
    unread,
    views,
)
from tests.chaos.evidence import Evidence
from tests.chaos.history import History

Checker = Callable[[History, Evidence], Iterator[str]]


class Violation(Struct, frozen=True):
    checker: str
    sentence: str


CHECKERS: Mapping[str, Checker] = {
    "nothing acknowledged is lost": lost.check,
    "nothing is invented": invented.check,
    "nothing is doubled": doubled.check,
    "one order, and each sender's": order.check,
    "all witnesses agree": agreement.check,
    "one's own writes are read": own_writes.check,
    "recovery is whole or refused": recovery.check,
    "receipts only grow, within bounds": receipts.check,
    "unread is right": unread.check,
    "last seen is right": last_seen.check,
    "nobody sees what they must not": secrecy.check,
    "commits are never ahead of work": commits.check,
    "views equal a rebuild": views.check,
    "no message without its media": media.check,
    "at most one visible push": pushes.check,
    "every frame is as documented": documented.check,
    "memory is bounded": memory.check,
    "all is delivered after healing": liveness.check,
}


def judge(history: History, evidence: Evidence) -> list[Violation]:
    """Everything that is wrong with a run."""
    return [Violation(name, sentence) for name, check in CHECKERS.items() for sentence in check(history, evidence)]
