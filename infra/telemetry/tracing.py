"""Traces: one message is one trace, from its frame to the sockets.

The trace is begun at the door, and its traceparent stands in the headers of the command's and the event's record and on
the way to the gateways. What is done with them on the way is a span each, beside each other below the first. Whether a
trace is recorded is decided once, where it begins; the flag in the traceparent tells all others. Without an endpoint
nothing is recorded, nor the SDK imported.
"""

from collections.abc import Iterable
from random import random
from typing import TYPE_CHECKING

from infra.telemetry import traceparent
from infra.telemetry.settings import TelemetrySettings
from schemas import envelope

if TYPE_CHECKING:
    from infra.telemetry.spans import Open, Recorder

_recorder: "Recorder | None" = None
_ratio = 0.0


class Begun:
    """A trace that begins here, or goes on from a caller's. `traceparent` goes into the record's headers."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, traceparent: str, span: "Open | None" = None) -> None:
        self.traceparent = traceparent
        self._span = span

    def end(self, fault: str | None = None) -> None:
        """What was begun is done, or went wrong."""
        if self._span is not None:
            self._span.end(fault)
            self._span = None


def begin_tracing(process: str, settings: TelemetrySettings) -> None:
    """From now on, spans are sent to the endpoint of the settings, if there is one."""
    global _recorder, _ratio
    if settings.traces_endpoint:
        from infra.telemetry.spans import Recorder  # noqa: PLC0415  0.2 s and 15 MiB that nobody else pays

        _recorder, _ratio = Recorder(process, settings.traces_endpoint), settings.traces_ratio


def end_tracing() -> None:
    """The process ends: what was recorded is sent, if its receiver takes it in seconds."""
    global _recorder
    recorder, _recorder = _recorder, None
    if recorder is not None:
        recorder.close()


def is_on() -> bool:
    return _recorder is not None


def begin(name: str, caller: str | None = None) -> Begun:
    """Begin a trace, or go on with that of a caller who came with a well-formed traceparent."""
    if _recorder is None:
        return Begun(caller or envelope.new_trace())
    if not (traceparent.is_recorded(caller) if caller else random() < _ratio):
        return Begun(caller or envelope.new_trace())
    span = _recorder.begin(name, caller)
    return Begun(span.traceparent, span)


def recorded(one: bytes | None) -> bytes | None:
    """The traceparent, if its trace is recorded."""
    if one is None or one.endswith(b"-00"):
        return None
    text = traceparent.well_formed(one.decode(errors="replace"))
    return one if text is not None and traceparent.is_recorded(text) else None


def record(name: str, traceparents: Iterable[bytes | None], began_ns: int, ended_ns: int) -> None:
    """A span in each of these traces that is recorded, for what was done for all of them together."""
    if _recorder is None:
        return
    for one in traceparents:
        if parent := recorded(one):
            _recorder.record(name, parent.decode(), began_ns, ended_ns)
