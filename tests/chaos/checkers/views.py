"""Views equal a rebuild: `backchannel verify` finds no row of a live view that is not as the log makes it."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.history import History


def check(_: History, evidence: Evidence) -> Iterator[str]:
    if not evidence.views:
        yield "no view was verified"
    for view in evidence.views:
        if view.differing:
            yield f"{view.name}: {view.differing} rows differ from the log, such as {view.example}"
        if view.unjudged:
            yield f"{view.name}: {view.unjudged} conversations never stood still"
