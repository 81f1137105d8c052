"""What an agent is handed: a run, that is consecutive records of one partition, acknowledged as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faust.serializers import codecs

from infra.stores.log_reading import StoredRecord as Record
from infra.stores.log_reading import stored as record

__all__ = ["CODEC", "Record", "Run", "record"]

CODEC = "runs"


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one partition in order. `ack` says that their work, and that of all before, is done."""

    partition: int
    records: Sequence[Record]
    ack: Callable[[], object]


class _Through(codecs.Codec):
    """Passes the records through: decoding is done inside the agent, where nothing is dropped silently."""

    def _loads(self, s: object) -> object:
        return s

    def _dumps(self, s: object) -> bytes:
        raise NotImplementedError("derived records go through infra.stores.log.Appender")


codecs.register(CODEC, _Through())
