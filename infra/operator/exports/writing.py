"""Writes a piece of the log as Parquet files: equal records give equal bytes, however they arrive."""

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import structs

from infra.operator.exports import columns
from infra.operator.exports.manifest import LogFile, ViewFile
from infra.stores.log_reading import Record
from schemas.topics import DAY_MS

GROUP_RECORDS = 16_384
"""So many offsets, aligned, are a row group. As durable as the size of a file, of which it is a part."""

File = TypeVar("File", LogFile, ViewFile)

# Columns whose values come again and again; for the others a dictionary would be tried in vain.
REPEATING = (
    "key", "type", "conversation_id", "actor_id", "user_id", "device_id", "kind", "reason", "ce_specversion", "ce_type",
    "ce_source", "ce_subject",
)  # fmt: skip


@dataclass(frozen=True)
class Written(Generic[File]):
    """A finished file, still at `path`, that belongs where its entry says."""

    path: Path
    entry: File


class Parquet:
    """A file that is being written, one row group after another."""

    def __init__(self, path: Path, schema: pa.Schema, repeating: Sequence[str]) -> None:
        self._path = path
        self._rows = 0
        self._writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=3, use_dictionary=list(repeating),
            write_page_checksum=True,
        )  # fmt: skip

    def write(self, rows: pa.RecordBatch) -> None:
        self._rows += rows.num_rows
        self._writer.write_batch(rows, row_group_size=max(1, rows.num_rows))

    def close(self) -> tuple[int, int, str]:
        """Rows, bytes and SHA-256 of what is on the disk now."""
        self._writer.close()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return self._rows, self._path.stat().st_size, digest


def write(runs: Iterable[Sequence[Record]], scratch: Path) -> list[Written[LogFile]]:
    """The records of one piece in one file for each date, in `scratch`. Raises OSError."""
    files: list[Written[LogFile]] = []
    file: _Growing | None = None
    for group in groups(runs):
        if file is None or file.date != date_of(group[0]):
            files += [file.finished()] if file else []
            file = _Growing(group[0], scratch)
        file.write(group)
    return [*files, file.finished()] if file else files


def groups(runs: Iterable[Sequence[Record]]) -> Iterator[Sequence[Record]]:
    """The records of a partition cut where a row group ends, or the date changes: not where runs do."""
    waiting: list[Record] = []
    for run in runs:
        waiting += run
        while len(group := _first_group(waiting)) < len(waiting):
            yield group
            waiting = waiting[len(group) :]
    if waiting:
        yield waiting


def _first_group(records: list[Record]) -> list[Record]:
    if not records:
        return records
    first = records[0]
    end = (first.offset // GROUP_RECORDS + 1) * GROUP_RECORDS
    inside = records[: bisect_left(records, end, key=lambda record: record.offset)]
    day = first.at_ms // DAY_MS
    cut = next((place for place, record in enumerate(inside) if record.at_ms // DAY_MS != day), len(inside))
    return inside[:cut] if cut < len(records) else records


def date_of(record: Record) -> str:
    return f"{datetime.fromtimestamp(record.at_ms / 1000, UTC):%Y-%m-%d}"


class _Growing:
    def __init__(self, first: Record, scratch: Path) -> None:
        self.date = date_of(first)
        self._last = first
        self._path = scratch / f"{first.topic}-{first.partition}-{first.offset}"
        self._parquet = Parquet(self._path, columns.SCHEMA, REPEATING)
        self._entry = LogFile(
            name="", topic=first.topic, partition=first.partition, date=self.date, first_offset=first.offset,
            last_offset=first.offset, rows=0, bytes=0, sha256="", schema_version=columns.SCHEMA_VERSION,
        )  # fmt: skip

    def write(self, records: Sequence[Record]) -> None:
        self._last = records[-1]
        self._parquet.write(columns.batch(records))

    def finished(self) -> Written[LogFile]:
        rows, size, sha256 = self._parquet.close()
        entry, last = self._entry, self._last.offset
        name = f"topic={entry.topic}/date={entry.date}/{entry.partition}-{entry.first_offset:020}-{last:020}.parquet"
        entry = structs.replace(entry, name=name, last_offset=last, rows=rows, bytes=size, sha256=sha256)
        return Written(self._path, entry)
