"""All is delivered after healing, within a bound: devices are synced, commands answered, events everywhere."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Flowed, Healed, Settled


def check(history: History, _: Evidence) -> Iterator[str]:
    settled = list(history.of(Settled))
    if not settled or not list(history.of(Healed)):
        yield "the run ended before all was healed and quiet"
    for flowed in history.of(Flowed):
        if flowed.waiting:
            yield f"{flowed.seconds:.0f} s after a healing {flowed.waiting} people were not answered yet"
    for one in settled:
        yield from one.missing
        if one.seconds > one.bound_seconds and not one.missing:
            yield f"it took {one.seconds:.0f} s until all was delivered, more than {one.bound_seconds:.0f}"
