"""Runs as agents are handed them, with a note of what was acknowledged."""

from streams.runtime.records import Record, Run

TOPIC = "conversation.events"


def a_record(offset: int = 0, *, partition: int = 0, value: bytes = b"{}", key: bytes | None = b"key") -> Record:
    return Record(TOPIC, partition, offset, 1_000, key, value, ())


def a_run(start: int, count: int = 1, *, partition: int = 0, acked: list[int] | None = None) -> Run:
    """Records from `start` on; `acked` gets their first offset when they are acknowledged."""
    into = [] if acked is None else acked
    records = [a_record(offset, partition=partition) for offset in range(start, start + count)]
    return Run(partition, records, lambda: into.append(start))
