"""What an agent is handed: a run, that is consecutive records of one partition, acknowledged as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from confluent_kafka import Message
from faust.serializers import codecs

CODEC = "runs"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the log; `at_ms` is the log's own append time."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one partition in order. `ack` says that their work, and that of all before, is done."""

    partition: int
    records: Sequence[Record]
    ack: Callable[[], object]


def record(message: Message) -> Record:
    """A record from the driver's message."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    _, at_ms = message.timestamp()
    return Record(topic, partition, offset, at_ms, message.key(), message.value() or b"", message.headers() or ())  # type: ignore[arg-type]  # the driver's stubs allow text


class _Through(codecs.Codec):
    """Passes the records through: decoding is done inside the agent, where nothing is dropped silently."""

    def _loads(self, s: object) -> object:
        return s

    def _dumps(self, s: object) -> bytes:
        raise NotImplementedError("derived records go through infra.stores.log.Appender")


codecs.register(CODEC, _Through())
