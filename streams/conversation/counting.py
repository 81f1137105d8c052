"""What is counted of the events that the log has confirmed."""

from typing import get_args

from infra.telemetry import metrics
from schemas.events import AnyEvent, CommandRefused


class Counting:
    """Counters are bound once: to look one up by its labels costs more than to count."""

    def __init__(self) -> None:
        self._events = {type_: metrics.EVENTS.labels(type_.__name__) for type_ in get_args(AnyEvent)}
        self._decide = metrics.STAGES.of("decide")

    def confirmed(self, event: AnyEvent, asked_ms: int, appended_ms: int) -> None:
        """An event is in the log; its command has been there since `asked_ms`, both by the log's own times."""
        self._events[type(event)].inc()
        self._decide.add((appended_ms - asked_ms) / 1000)
        if isinstance(event, CommandRefused):
            metrics.REFUSALS.labels("conversation", event.reason).inc()
