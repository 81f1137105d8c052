"""The SDK's side of tracing: spans, sent by OTLP over HTTP from a thread of its own. Imported only where it is on."""

from threading import Thread

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from infra.telemetry import traceparent

SEND_SECONDS = 1.0
QUEUED_MAX = 20_000  # more than that are dropped: tracing never holds up a message
CLOSE_SECONDS = 3.0


class Open:
    """A span that has begun, as the root of a trace or below a caller's span."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"

    def end(self, fault: str | None) -> None:
        if fault is not None:
            self._span.set_status(Status(StatusCode.ERROR, fault))
        self._span.end()


class Recorder:
    """Records whatever it is given: it was decided before, at less cost, what is worth it."""

    def __init__(self, process: str, endpoint: str) -> None:
        resource = Resource({SERVICE_NAME: f"backchannel-{process}"})
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                OTLPSpanExporter(endpoint=endpoint),
                max_queue_size=QUEUED_MAX,
                schedule_delay_millis=SEND_SECONDS * 1000,
            )
        )
        self._tracer = self._provider.get_tracer("backchannel")

    def begin(self, name: str, caller: str | None) -> Open:
        context = Context() if caller is None else _below(caller)
        return Open(self._tracer.start_span(name, context, SpanKind.PRODUCER))

    def record(self, name: str, parent: str, began_ns: int, ended_ns: int) -> None:
        self._tracer.start_span(name, _below(parent), SpanKind.CONSUMER, start_time=began_ns).end(ended_ns)

    def close(self) -> None:
        """Beside the caller: where the receiver is away the library tries again for 13 s, whatever it is told."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _below(parent: str) -> Context:
    """The context of a span that somebody else has begun."""
    trace_id, span_id = int(traceparent.trace_id(parent), 16), int(traceparent.span_id(parent), 16)
    remote = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(remote), Context())
