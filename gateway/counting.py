"""What a gateway counts. Batch by batch where it is much."""

import time
from collections.abc import Sequence

from infra.telemetry import metrics, tracing
from schemas.close_codes import CLOSE_CODES
from schemas.outbound import Item, Kind

FRAMES_IN = metrics.FRAMES.labels("in")
RATE_LIMITED = metrics.RATE_LIMITED.labels("gateway")
_FRAMES_OUT = metrics.FRAMES.labels("out")
_DELIVER = metrics.STAGES.of("deliver")


def note_delivered(items: Sequence[Item], began_ns: int) -> None:
    """The items were handed to their sockets, all together since `began_ns`."""
    if not items:
        return
    ended_ns = time.time_ns()
    frames = [item for item in items if item.kind is Kind.FRAME or item.kind is Kind.REPEATED]
    _FRAMES_OUT.inc(sum(len(item.connections) for item in frames))
    _DELIVER.add_since((item.at_ms for item in frames if item.at_ms), ended_ns / 1e6)
    if tracing.is_on():
        tracing.record("deliver", (item.trace for item in frames), began_ns, ended_ns)


def note_closed(code: int) -> None:
    """A socket is closed by us. Whatever code another process asks for, only those that we have are labels."""
    metrics.CLOSES.labels(str(code) if code in CLOSE_CODES else "other").inc()
