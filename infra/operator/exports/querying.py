"""What `backchannel query` does: SQL by DuckDB over an export's tables, and nothing else.

DuckDB reads no file and changes none: its tables are handed to it, read through pyarrow, for a bucket as for a folder.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from infra.operator.exports.checking import faults
from infra.operator.exports.columns import SCHEMA
from infra.operator.exports.export import existing
from infra.operator.exports.manifest import LogFile, Manifest, ViewFile
from infra.operator.exports.places import at_place
from infra.operator.exports.views import TABLES
from infra.operator.running import Failed
from infra.stores.export_places import ExportPlace

FOLDERS = pa.schema([("topic", pa.string()), ("date", pa.date32())])
CLOSED = (
    "SET TimeZone = 'UTC'",
    "SET autoinstall_known_extensions = false",
    "SET python_enable_replacements = false",  # else SQL could name variables of this program
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
Files = Mapping[str, Sequence[LogFile | ViewFile]]
Show = Callable[[pa.RecordBatchReader], None]


def query(sql: str, at: str, *, is_checked: bool, show: Show) -> None:
    """Show what the SQL gives. A damaged export, or SQL that fails, is a sentence and 1.

    `is_checked`: the files of the tables that it names are read whole before; otherwise only their sizes are looked at.
    """

    async def work(place: ExportPlace) -> None:
        files = tables((await existing(place)).manifest)
        asked = {name for name in files if re.search(rf"\b{name}\b", sql, re.IGNORECASE)}
        wanted = [one for name in sorted(asked) for one in files[name]]
        if wrong := await faults(place, wanted, is_whole=is_checked):
            raise Failed("the export is damaged: " + "; ".join(wrong))
        try:
            with duckdb.connect() as database:
                for name, some in files.items():
                    database.register(name, _dataset(place, name, some if name in asked else ()))
                for setting in CLOSED:
                    database.execute(setting)
                if len(database.extract_statements(sql)) != 1:
                    raise Failed("one statement can be asked at once")
                if (answer := database.sql(sql)) is not None:
                    show(answer.to_arrow_reader())
        except (duckdb.Error, pa.ArrowInvalid) as fault:
            raise Failed(str(fault)) from fault

    at_place(at, work)


def tables(manifest: Manifest) -> Files:
    """The files of each table: a topic's name with underscores for its dots and hyphens, a live view's own."""
    found: dict[str, list[LogFile | ViewFile]] = {table_of(name): [] for name in manifest.logs}
    for file in manifest.files:
        found[table_of(file.topic)].append(file)
    for view in manifest.views:
        found.setdefault(view.view, []).append(view)
    return found


def table_of(topic: str) -> str:
    return topic.replace(".", "_").replace("-", "_")


def _dataset(place: ExportPlace, name: str, files: Sequence[LogFile | ViewFile]) -> Any:
    """Without files, a table that is empty: its columns are known."""
    if name in TABLES:
        schema, folders = TABLES[name].schema, None
    else:
        schema, folders = pa.unify_schemas([FOLDERS, SCHEMA]), ds.partitioning(FOLDERS, flavor="hive")
    if not files:
        return schema.empty_table()
    names = [one.name for one in files]
    return ds.dataset(names, schema, format="parquet", filesystem=place.filesystem(), partitioning=folders)
