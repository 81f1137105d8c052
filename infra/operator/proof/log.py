"""The log of conversations' events, as proofs read it: all records of some conversations, up to an end."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from infra.operator.running import Failed
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.log_reading import LogReader, Span
from schemas.topics import CONVERSATION_EVENTS
from streams.runtime.records import Record

Records = dict[str, list[Record]]
"""By conversation, in the log's order."""
Wanted = Callable[[bytes], bool]
"""Whether a key, a conversation's id as a text, is asked for; False for what is no id."""


class EventLog:
    """Of all partitions, or of some. Every call raises StoreUnavailable."""

    def __init__(self, bootstrap: str, partitions: Collection[int] | None = None) -> None:
        self._reader = LogReader(bootstrap)
        self._ends = LogEnds(bootstrap)
        self._partitions = range(CONVERSATION_EVENTS.partitions) if partitions is None else partitions

    async def starts(self) -> Offsets:
        """Of the first records. Raises Failed, too: nothing is proved by a log that has lost its beginning."""
        spans = await asyncio.to_thread(self._reader.spans, CONVERSATION_EVENTS, partitions=self._partitions)
        for span in spans:
            if span.start:
                raise Failed(f"{span.topic}/{span.partition} begins at offset {span.start}: it proves nothing")
        return {span.partition: span.start for span in spans}

    async def ends(self) -> Offsets:
        found = await self._ends.ends(CONVERSATION_EVENTS)
        return {partition: found[partition] for partition in self._partitions}

    async def read(self, wanted: Wanted, starts: Offsets, ends: Offsets) -> Records:
        """From some offsets to before others. Raises RangeGone."""
        return await asyncio.to_thread(self._read, wanted, starts, ends)

    def _read(self, wanted: Wanted, starts: Offsets, ends: Offsets) -> Records:
        found: Records = {}
        for partition in self._partitions:
            span = Span(CONVERSATION_EVENTS.name, partition, starts[partition], ends[partition])
            if not len(span):
                continue
            for run in self._reader.runs(span, lambda key, _: key is not None and wanted(key)):
                for record in run:
                    assert record.key is not None
                    found.setdefault(record.key.decode(), []).append(_light(record))
        return found


def among(conversation_ids: Collection[str]) -> Wanted:
    keys = {id_.encode() for id_ in conversation_ids}
    return lambda key: key in keys


def joined(records: Records, more: Mapping[str, Sequence[Record]]) -> None:
    """Put later records behind those that are known."""
    for id_, some in more.items():
        records.setdefault(id_, []).extend(some)


def _light(one: Record) -> Record:
    """Of the headers only what projections look at, for there may be many records in memory."""
    seq = [(name, value) for name, value in one.headers if name == "seq"]
    return Record(one.topic, one.partition, one.offset, one.at_ms, one.key, one.value, seq)
