"""Where replayed records come from: the log itself, or Parquet files of an export, which may be older than it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from infra.operator.exports.columns import SCHEMA, records
from infra.operator.running import Failed
from infra.operator.wanted import Range
from infra.stores.log_reading import LogReader, Record, Span
from schemas.topics import FOR_EVER_MS, Topic


@dataclass(frozen=True, slots=True)
class OfTopic:
    name: str

    def topic(self, reader: LogReader) -> Topic:
        partitions = reader.partitions(self.name)
        if partitions is None:
            raise Failed(f"there is no topic {self.name!r}")
        return Topic(self.name, "", (), partitions, FOR_EVER_MS)

    def records(self, reader: LogReader, wanted: Range) -> Iterator[Record]:
        topic = self.topic(reader)
        numbers = range(topic.partitions) if wanted.partition is None else [wanted.partition]
        if wanted.partition is not None and wanted.partition >= topic.partitions:
            raise Failed(f"{self.name} has partitions 0 to {topic.partitions - 1}, not {wanted.partition}")
        since_ms, until_ms = wanted.since_ms, wanted.until_ms
        spans = reader.spans(topic, partitions=numbers, since_ms=since_ms, until_ms=until_ms)
        if wanted.from_offset is not None or wanted.to_offset is not None:
            spans = [_within(reader.spans(topic, partitions=numbers)[0], spans[0], wanted)]
        return filter(wanted.holds, reader.read(spans))


def _within(all_: Span, chosen: Span, wanted: Range) -> Span:
    """The part of a span between two offsets, which the log must have."""
    start = all_.start if wanted.from_offset is None else wanted.from_offset
    end = all_.end if wanted.to_offset is None else wanted.to_offset
    if start < all_.start or end > all_.end:
        name = f"{all_.topic}/{all_.partition}"
        raise Failed(f"{name} holds offsets {all_.start} to {all_.end - 1} now, not all of {start} to {end - 1}")
    return Span(all_.topic, all_.partition, max(start, chosen.start), min(end, chosen.end))


@dataclass(frozen=True, slots=True)
class OfFiles:
    paths: Sequence[Path]

    def topic(self, reader: LogReader) -> Topic:
        names = {_topic_of(path) for path in self.paths}
        if len(names) != 1:
            raise Failed(f"files of one topic can be replayed at once, not of {', '.join(sorted(names))}")
        (name,) = names
        partitions = reader.partitions(name) or max(_first(path)[0] for path in self.paths) + 1
        return Topic(name, "", (), partitions, FOR_EVER_MS)

    def records(self, reader: LogReader, wanted: Range) -> Iterator[Record]:  # noqa: ARG002 — the log has no part in it
        for path in sorted(self.paths, key=_first):
            yield from filter(wanted.holds, _read(path))


def _topic_of(path: Path) -> str:
    for folder in path.absolute().parts:
        if folder.startswith("topic="):
            return folder.removeprefix("topic=")
    raise Failed(f"{path} is no file of an exported topic: its folders do not say which")


def _first(path: Path) -> tuple[int, int]:
    """Partition and offset of its first record: the order in which files are read."""
    record = next(_read(path), None)
    return (0, 0) if record is None else (record.partition, record.offset)


def _read(path: Path) -> Iterator[Record]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not set(SCHEMA.names) <= set(file.schema_arrow.names):
                raise Failed(f"{path} is no file of an exported topic: it has other columns")
            for number in range(file.num_row_groups):
                for batch in file.read_row_group(number, columns=SCHEMA.names).to_batches():
                    yield from records(_topic_of(path), batch)
    except FileNotFoundError as missing:
        raise Failed(f"there is no file {path}") from missing
    except (pa.ArrowInvalid, OSError) as broken:
        raise Failed(f"{path} is damaged: {broken}") from broken
