"""What `backchannel replay` does: copies records of a topic, or of an export, into a topic where nobody acts on them.

What is promised: of each partition, records come in their order, each once, also when it is killed and run again, as
long as one replay at a time, and nobody else, writes there. Records at or before the last one copied are passed over.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

import msgspec
import typer
from msgspec import Struct

from infra.operator.printing import moment
from infra.operator.progress import Advance, progress
from infra.operator.running import Failed, run
from infra.operator.wanted import Range
from infra.stores.log_copying import LogCopy, Origin
from infra.stores.log_reading import LogReader, Record
from infra.stores.settings import StoreSettings
from schemas.topics import FOR_EVER_MS, TOPICS, Topic
from streams.runtime.faults import fault_point

HOUSE = frozenset(topic.name for topic in TOPICS)


class Source(Protocol):
    """Where records come from. Raises Failed, StoreUnavailable."""

    def topic(self, reader: LogReader) -> Topic:
        """The topic that they are, or were, of."""

    def records(self, reader: LogReader, wanted: Range) -> Iterator[Record]:
        """Those wanted; of each partition in their order."""


class Replayed(Struct, frozen=True):
    """`passed_over`: they stand at or before the last one that was copied earlier."""

    copied: int
    passed_over: int
    to: str
    dry_run: bool


def wanted(
    partition: int | None, from_offset: int | None, to_offset: int | None, since: str | None, until: str | None
) -> Range:
    if partition is None and (from_offset is not None or to_offset is not None):
        raise typer.BadParameter("offsets are a partition's: give --partition, too")
    return Range(partition, from_offset, to_offset, moment(since), moment(until))


def replay(source: Source, to: str, wanted: Range, *, limit: int | None, is_dry: bool, as_json: bool) -> None:
    if to in HOUSE:
        raise typer.BadParameter(f"{to} is one of the house's own topics: what is copied there would have effects")

    async def work() -> None:
        settings = StoreSettings()
        reader = LogReader(settings.kafka_bootstrap)
        copy, last = _target(reader, settings, source.topic(reader), to, is_dry=is_dry)
        with progress(to, limit) as advance:
            new = _New(last, advance)
            records = islice(new.of(source.records(reader, wanted)), limit)
            count = sum(1 for _ in records) if is_dry else copy.append(records)
        _say(Replayed(count, new.passed_over, to, is_dry), as_json=as_json)

    run(work)


def _target(
    reader: LogReader, settings: StoreSettings, of: Topic, to: str, *, is_dry: bool
) -> tuple[LogCopy, Mapping[int, int]]:
    """The topic of copies, and the offset of the last one in each partition."""
    if to == of.name:
        raise Failed(f"{to} cannot be copied into itself")
    topic = Topic(to, of.key, (), of.partitions, FOR_EVER_MS)
    copy = LogCopy(settings.kafka_bootstrap, topic, settings.kafka_replication)
    there = reader.partitions(to)
    if there is None:
        if not is_dry:
            copy.make()
        return copy, {}
    if there != of.partitions:
        raise Failed(f"{to} has {there} partitions, and {of.name} {of.partitions}: records would not keep theirs")
    return copy, {number: _offset(origin, of.name, to) for number, origin in copy.last(reader).items()}


def _offset(origin: Origin | None, source: str, to: str) -> int:
    if origin is None:
        raise Failed(f"{to} has records that are no copies: replay only writes where nobody else does")
    if origin.topic != source:
        raise Failed(f"{to} has copies of {origin.topic}, not of {source}: name another topic")
    return origin.offset


class _New:
    """Leaves out what was copied before, and counts it."""

    def __init__(self, last: Mapping[int, int], advance: Advance) -> None:
        self._last = last
        self._advance = advance
        self.passed_over = 0

    def of(self, records: Iterator[Record]) -> Iterator[Record]:
        for record in records:
            if record.offset <= self._last.get(record.partition, -1):
                self.passed_over += 1
            else:
                yield record
                self._advance(1)
                fault_point("replay.copied")


def _say(done: Replayed, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(done))
        return
    did = "would be copied" if done.dry_run else "copied"
    typer.echo(f"{done.copied:,} records {did} to {done.to}; {done.passed_over:,} passed over")
