"""What an agent is handed: a run, that is consecutive records of one partition, acknowledged as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.stores.log_reading import Record
from infra.stores.log_reading import stored as record

__all__ = ["Record", "Run", "record"]


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one partition in order. `ack` says that their work, and that of all before, is done."""

    partition: int
    records: Sequence[Record]
    ack: Callable[[], object]
