"""What is seen of every agent: how long its records took, and how far it lags behind the log."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from infra.telemetry import metrics, tracing
from schemas import envelope
from streams.runtime.records import Record

if TYPE_CHECKING:
    from streams.runtime.agents import Running


class Observing:
    """One agent's. Run by run, never record by record: what is seen must not slow down what is done."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._handled = metrics.HANDLED.of(group)

    def acked(self, records: Sequence[Record], ack: Callable[[], object]) -> Callable[[], None]:
        """`ack` of a run that is handed over now, with a note of how long its records took."""
        began_ns = time.time_ns()

        def noted() -> None:
            ack()
            ended_ns = time.time_ns()
            self._handled.add_since((record.at_ms for record in records), ended_ns / 1e6)
            if tracing.is_on():
                parents = (envelope.header(record.headers, "traceparent") for record in records)
                tracing.record(self._group, parents, began_ns, ended_ns)

        return noted


SHOWN = (metrics.READY, metrics.STUCK, metrics.LOG_END, metrics.HANDLED_OFFSET, metrics.LAG, metrics.LAG_SECONDS)


def show_standings(running: "Sequence[Running]") -> None:
    """Set the gauges as things are now. What was taken from a process is no longer shown by it."""
    for gauge in SHOWN:
        gauge.clear()
    now_ms = time.time() * 1000
    for one in running:
        group = one.agent.group
        metrics.READY.labels(group).set(one.is_ready)
        metrics.STUCK.labels(group).set(one.progress.is_stuck())
        for standing in one.standings():
            place = (standing.topic, str(standing.partition))
            metrics.LOG_END.labels(*place).set(standing.end_offset)
            metrics.HANDLED_OFFSET.labels(group, *place).set(standing.handled_offset)
            metrics.LAG.labels(group, *place).set(standing.end_offset - standing.handled_offset)
            seconds = 0 if standing.oldest_ms is None else (now_ms - standing.oldest_ms) / 1000
            metrics.LAG_SECONDS.labels(group, *place).set(max(0, seconds))
