"""Rows of an answer as people and their programs read them: a table, one JSON object a line, or CSV."""

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from schemas.times import timestamp

SHOWN_ROWS = 200
NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)


def as_table(reader: pa.RecordBatchReader) -> None:
    """The first SHOWN_ROWS; it says if there are more."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for field in reader.schema:
        is_number = any(is_one(field.type) for is_one in NUMBERS)
        table.add_column(field.name, justify="right" if is_number else "left", overflow="fold")
    count = 0
    for row in _rows(reader):
        if count < SHOWN_ROWS:
            table.add_row(*("" if value is None else _shown(value) for value in row.values()))
        count += 1
    console = Console(highlight=False)
    console.print(table)
    if count > SHOWN_ROWS:
        console.print(f"… and {count - SHOWN_ROWS:,} rows more: --json or --csv prints all")


def as_json(reader: pa.RecordBatchReader) -> None:
    for row in _rows(reader):
        sys.stdout.write(msgspec.json.encode(row, enc_hook=str).decode() + "\n")
    sys.stdout.flush()


def as_csv(reader: pa.RecordBatchReader) -> None:
    """With a line of names; null is empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(reader.schema.names)
    for row in _rows(reader):
        writer.writerow("" if value is None else _shown(value) for value in row.values())
    sys.stdout.flush()


def _rows(reader: pa.RecordBatchReader) -> Iterator[Mapping[str, Any]]:
    for batch in reader:
        columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield dict(zip(reader.schema.names, values, strict=True))


def _plain(value: Any) -> Any:
    """Times as the house writes them; whole numbers that DuckDB has as decimals are whole."""
    if isinstance(value, datetime):
        return timestamp(round(value.timestamp() * 1000)) if value.tzinfo else value.isoformat(" ")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else str(value)
