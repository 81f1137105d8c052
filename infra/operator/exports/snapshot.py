"""Writes the tables of a live view into an export. What is written replaces what was there of it.

It is no snapshot in one moment: rows are read while others are written. `taken_at` is when reading began.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from infra.operator.exports.columns import SCHEMA_VERSION
from infra.operator.exports.export import Export, writable
from infra.operator.exports.manifest import ViewFile
from infra.operator.exports.views import VIEWS, Row, Table
from infra.operator.exports.writing import Parquet
from infra.operator.live_rows import LiveRows
from infra.operator.progress import Advance
from schemas.times import timestamp

GROUP_ROWS = 16_384
GROUPS_PER_FILE = 64


async def add_view(export: Export, view: str, live: LiveRows, scratch: Path, advance: Advance) -> dict[str, int]:
    """How many rows each of its tables has. Raises Failed, PlaceTaken, PlaceUnusable, StoreUnavailable."""
    counts = {}
    for table in VIEWS[view]:
        taken_at = timestamp(round(datetime.now(UTC).timestamp() * 1000))
        writing = _Writing(export, table, taken_at, scratch / table.name)
        with writable(scratch):
            files = [one async for one in writing.files(live, advance)]
        await export.save(export.manifest.with_view(table.name, files))
        counts[table.name] = sum(one.rows for one in files)
    return counts


@dataclass(frozen=True, slots=True)
class _Writing:
    """A table that is written file by file, each at `path` until it is finished."""

    export: Export
    table: Table
    taken_at: str
    path: Path

    async def files(self, live: LiveRows, advance: Advance) -> AsyncIterator[ViewFile]:
        """A table without rows has a file, too."""
        number, parquet = 0, self._parquet()
        async for group_number, rows in _numbered(_groups(self.table.rows(live))):
            if group_number and group_number % GROUPS_PER_FILE == 0:
                yield await self._finished(number, parquet)
                number, parquet = number + 1, self._parquet()
            parquet.write(_batch(rows, self.table.schema))
            advance(len(rows))
        yield await self._finished(number, parquet)

    def _parquet(self) -> Parquet:
        return Parquet(self.path, self.table.schema, self.table.schema.names)

    async def _finished(self, number: int, parquet: Parquet) -> ViewFile:
        rows, size, sha256 = parquet.close()
        name = f"view={self.table.name}/{self.taken_at.replace(':', '')}-{number}.parquet"
        await self.export.place.put(name, self.path, sha256)
        return ViewFile(name, self.table.name, self.taken_at, rows, size, sha256, SCHEMA_VERSION)


async def _numbered(groups: AsyncIterator[Sequence[Row]]) -> AsyncIterator[tuple[int, Sequence[Row]]]:
    number = 0
    async for group in groups:
        yield number, group
        number += 1


async def _groups(pages: AsyncIterator[Sequence[Row]]) -> AsyncIterator[Sequence[Row]]:
    """Rows in groups of GROUP_ROWS, however many come at once."""
    waiting: list[Row] = []
    async for page in pages:
        waiting += page
        while len(waiting) >= GROUP_ROWS:
            yield waiting[:GROUP_ROWS]
            waiting = waiting[GROUP_ROWS:]
    if waiting:
        yield waiting


def _batch(rows: Sequence[Row], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
