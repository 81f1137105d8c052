"""Looks at the live side during a rebuild: how far its agents are behind, how long commands wait for their events."""

import threading
from collections.abc import Sequence
from statistics import quantiles

import msgspec
from msgspec import Struct

from infra.operator.rebuilds.throttle import Strain
from infra.stores.faults import StoreUnavailable
from infra.stores.log_ends import LogEnds
from infra.stores.log_reading import LogReader, Record
from schemas.times import milliseconds
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, Topic

# Committed every 0.3 s: so many seconds of traffic are always before them.
HOT: Sequence[tuple[str, Topic]] = (("conversation", CONVERSATION_COMMANDS), ("fanout", CONVERSATION_EVENTS))


class _At(Struct):
    at: str


_decode = msgspec.json.Decoder(_At).decode


def delay_ms(record: Record) -> int | None:
    """From a command's append to that of its event, whose `at` is the command's. None if it cannot be read."""
    try:
        return max(0, record.at_ms - milliseconds(_decode(record.value).at))
    except (msgspec.DecodeError, ValueError):
        return None


class Watch:
    """`groups`: the agents of views that must not fall behind. A thread follows the log's end until `close`."""

    def __init__(self, bootstrap: str, groups: Sequence[str]) -> None:
        self._ends = LogEnds(bootstrap)
        self._places = [*HOT, *((group, CONVERSATION_EVENTS) for group in groups)]
        self._delays: list[int] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(bootstrap,), daemon=True)
        self._thread.start()

    async def look(self) -> Strain:
        """Since the last look. Raises StoreUnavailable."""
        lags = [await self._lag(group, topic) for group, topic in self._places]
        delays, self._delays = self._delays, []
        p90 = quantiles(delays, n=10)[-1] if len(delays) > 1 else (delays[0] if delays else None)
        return Strain(max(lags), p90)

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    async def _lag(self, group: str, topic: Topic) -> int:
        ends = await self._ends.ends(topic)
        committed = await self._ends.committed(group, topic)
        return sum(max(0, end - committed.get(partition, 0)) for partition, end in ends.items())

    def _follow(self, bootstrap: str) -> None:
        try:
            for record in LogReader(bootstrap).follow(CONVERSATION_EVENTS):
                if self._is_over.is_set():
                    return
                if record is not None and (delay := delay_ms(record)) is not None:
                    self._delays.append(delay)
        except StoreUnavailable:  # then the looks say so, or the lags alone decide
            return
