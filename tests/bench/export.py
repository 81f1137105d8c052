"""The export: how fast a long topic becomes Parquet, and how long one conversation is looked for in that topic.

The topic is of the bench's own and deleted at the end; the export is made by the command line, as analysts make it.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from infra.operator.exports.manifest import NAME, decode
from infra.operator.wanted import Wanted
from infra.stores.log_reading import LogReader
from infra.stores.settings import StoreSettings
from schemas.partitioning import partition_of
from schemas.topics import CONVERSATION_PARTITIONS, FOR_EVER_MS, Topic
from tests.bench.long_topic import fill, topic_of_its_own


class ExportResult(msgspec.Struct, frozen=True):
    """The whole command, its start included; CPU of its process alone. `find_seconds`: one conversation's records, as
    `log cat --conversation` reads them; of them there are `found`. `load_average` when it began."""

    records: int
    records_per_second: int
    cpu_us_per_record: float
    bytes_per_record: int
    find_seconds: float
    found: int
    load_average: float


def measure_export(records: int) -> ExportResult:
    bootstrap = StoreSettings().kafka_bootstrap
    with topic_of_its_own(bootstrap, "export") as name, tempfile.TemporaryDirectory() as folder:
        fill(bootstrap, name, records)
        load, used, began = os.getloadavg()[0], _cpu_seconds(), time.monotonic()
        command = [sys.executable, "-m", "infra.operator", "export", name, "--to", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds, used = time.monotonic() - began, _cpu_seconds() - used
        manifest = decode((Path(folder) / NAME).read_bytes())
        assert records == sum(one.rows for one in manifest.files)
        find_seconds, found = _find(LogReader(bootstrap), Topic(name, "", (), CONVERSATION_PARTITIONS, FOR_EVER_MS))
    return ExportResult(
        records=records,
        records_per_second=round(records / seconds),
        cpu_us_per_record=round(used / records * 1e6, 1),
        bytes_per_record=sum(one.bytes for one in manifest.files) // records,
        find_seconds=round(find_seconds, 2),
        found=found,
        load_average=round(load, 2),
    )


def _find(reader: LogReader, topic: Topic) -> tuple[float, int]:
    """All records of the conversation that the first record of the log is of."""
    record = reader.one(topic.name, 0, 0)
    assert record is not None
    assert record.key is not None
    began = time.monotonic()
    spans = reader.spans(topic, partitions=[partition_of(record.key, topic.partitions)])
    found = sum(1 for _ in reader.read(spans, Wanted(conversation_id=record.key.decode()).keep()))
    return time.monotonic() - began, found


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
