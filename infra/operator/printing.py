"""What `backchannel log` does: reads a topic, leaves out what is not wanted, prints the rest line by line."""

import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice

import typer

from infra.operator.running import run
from infra.operator.showing import json_line, line, shown, value_of
from infra.operator.unsealing import Unsealing
from infra.operator.wanted import Wanted, moment_ms
from infra.stores.keys import Keys
from infra.stores.log_reading import LogReader, Record
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas.ids import is_id
from schemas.partitioning import partition_of
from schemas.topics import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Printer:
    """How records are printed, and how many at most (None: all)."""

    limit: int | None
    is_unsealed: bool
    as_json: bool

    async def print(self, records: Iterable[Record], settings: StoreSettings) -> None:
        show = json_line if self.as_json else line
        async with _unsealing(settings) if self.is_unsealed else _nothing() as unsealing:
            for record in islice(records, self.limit):
                opened = None if unsealing is None else await unsealing.open(value_of(record))
                sys.stdout.write(show(shown(record, opened)) + "\n")


def cat(topic_name: str, wanted: Wanted, *, since: str | None, until: str | None, printer: Printer) -> None:
    topic, since_ms, until_ms = _topic(topic_name), moment(since), moment(until)

    async def work() -> None:
        settings = StoreSettings()
        reader = LogReader(settings.kafka_bootstrap)
        partitions = _partitions(topic, wanted.conversation_id)
        spans = reader.spans(topic, partitions=partitions, since_ms=since_ms, until_ms=until_ms)
        await printer.print(filter(wanted.matches, reader.read(spans, wanted.keep())), settings)
        sys.stdout.flush()

    run(work)


def tail(topic_name: str, wanted: Wanted, *, printer: Printer) -> None:
    topic = _topic(topic_name)

    def coming(settings: StoreSettings) -> Iterator[Record]:
        for record in LogReader(settings.kafka_bootstrap).follow(topic):
            if record is None:
                sys.stdout.flush()  # so that a pipe gets what there was, once nothing more comes
            elif wanted.matches(record):
                yield record

    async def work() -> None:
        settings = StoreSettings()
        await printer.print(coming(settings), settings)

    run(work)


def wanted(conversation_id: str | None, user_id: str | None, types: Iterable[str]) -> Wanted:
    for id_ in (conversation_id, user_id):
        if id_ is not None and not is_id(id_):
            raise typer.BadParameter(f"{id_!r} is not an id: ids are UUIDs in lower case")
    return Wanted(conversation_id, user_id, frozenset(types))


def moment(text: str | None) -> int | None:
    try:
        return None if text is None else moment_ms(text)
    except ValueError as wrong:
        raise typer.BadParameter(f"{text!r} is no time: 2026-11-29T15:00:00Z, a day, or 10m, 2h, 7d ago") from wrong


def _topic(name: str) -> Topic:
    for topic in TOPICS:
        if topic.name == name:
            return topic
    raise typer.BadParameter(f"there is no topic {name!r}; there are {', '.join(one.name for one in TOPICS)}")


def _partitions(topic: Topic, conversation_id: str | None) -> list[int] | None:
    """Where a topic that is keyed by conversation has this one; None: anywhere."""
    if conversation_id is None or topic.key != "conversation id":
        return None
    return [partition_of(conversation_id.encode(), topic.partitions)]


@asynccontextmanager
async def _unsealing(settings: StoreSettings) -> AsyncIterator[Unsealing]:
    postgres = await Postgres.connect(settings)
    try:
        yield Unsealing(Keys(postgres, settings.master_key_bytes()))
    finally:
        await postgres.close()


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield None
