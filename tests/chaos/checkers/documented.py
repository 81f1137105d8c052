"""Every frame is as documented: what the sockets carried is what `docs/asyncapi.json` says, and nothing else."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Heard
from tests.documented import of_today


def check(history: History, _: Evidence) -> Iterator[str]:
    document = of_today()
    for one in history.of(Heard):
        document.see(bytes(one.frame))
    yield from document.faults
