"""Traces: where they begin, which are recorded, and that nothing is done for the others."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from infra.local.places import ROOT
from infra.telemetry import tracing
from infra.telemetry.settings import TelemetrySettings
from infra.telemetry.traceparent import is_recorded, span_id, trace_id, well_formed
from tests.otlp import Received, Span, receiving

RECORDED = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
NOT_RECORDED = RECORDED[:-2] + "00"


@pytest.fixture
def received() -> Iterator[Received]:
    with receiving() as received:
        yield received


@pytest.fixture
def ratio(received: Received, request: pytest.FixtureRequest) -> Iterator[None]:
    """Tracing is on, with this ratio."""
    settings = TelemetrySettings(traces_endpoint=received.endpoint, traces_ratio=request.param)
    tracing.begin_tracing("test", settings)
    yield
    tracing.end_tracing()


def one_span(received: Received) -> Span:
    tracing.end_tracing()
    (span,) = received.spans
    return span


class TestOff:
    def test_the_sdk_is_not_even_imported(self) -> None:
        look = "import sys, infra.telemetry.process as p; p.begin('x', {}); print('opentelemetry.sdk' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
        assert "False" == done.stdout.strip()

    def test_new_traces_say_that_nobody_records_them(self) -> None:
        begun = tracing.begin("append command")
        assert well_formed(begun.traceparent)
        assert not is_recorded(begun.traceparent)
        begun.end()

    def test_a_caller_s_is_passed_on_as_it_came(self) -> None:
        assert RECORDED == tracing.begin("append command", RECORDED).traceparent


@pytest.mark.parametrize("ratio", [1.0], indirect=True)
@pytest.mark.usefixtures("ratio")
class TestRecorded:
    def test_root(self, received: Received) -> None:
        begun = tracing.begin("append command")
        assert is_recorded(begun.traceparent)
        begun.end()
        span = one_span(received)
        assert ("append command", "backchannel-test", "") == (span.name, span.service, span.parent_id)
        assert (trace_id(begun.traceparent), span_id(begun.traceparent)) == (span.trace_id, span.span_id)

    def test_child_of_a_caller(self, received: Received) -> None:
        begun = tracing.begin("append command", RECORDED)
        begun.end()
        span = one_span(received)
        assert (trace_id(RECORDED), span_id(RECORDED)) == (span.trace_id, span.parent_id)
        assert span_id(begun.traceparent) == span.span_id

    def test_a_caller_who_does_not_record_decides(self, received: Received) -> None:
        begun = tracing.begin("append command", NOT_RECORDED)
        begun.end()
        tracing.end_tracing()
        assert (NOT_RECORDED, []) == (begun.traceparent, received.spans)

    def test_a_stage_of_those_of_a_batch_that_are_recorded(self, received: Received) -> None:
        batch = (NOT_RECORDED.encode(), None, b"nonsense", b"\xff" * 55, RECORDED.encode())
        now_ns = time.time_ns()
        tracing.record("fanout", batch, now_ns - 5_000_000, now_ns)
        span = one_span(received)
        assert ("fanout", trace_id(RECORDED), span_id(RECORDED)) == (span.name, span.trace_id, span.parent_id)
        assert 5_000_000 == span.ended_ns - span.began_ns


@pytest.mark.parametrize("ratio", [0.0], indirect=True)
@pytest.mark.usefixtures("ratio")
class TestRatio:
    def test_none_that_begins_here(self, received: Received) -> None:
        for _ in range(100):
            begun = tracing.begin("append command")
            begun.end()
            assert not is_recorded(begun.traceparent)
        tracing.end_tracing()
        assert [] == received.spans

    def test_a_caller_s_all_the_same(self, received: Received) -> None:
        tracing.begin("append command", RECORDED).end()
        assert trace_id(RECORDED) == one_span(received).trace_id


class TestEnd:
    def test_does_not_wait_for_a_receiver_that_is_away(self) -> None:
        tracing.begin_tracing("test", TelemetrySettings(traces_endpoint="http://127.0.0.1:1/", traces_ratio=1))
        tracing.begin("append command").end()
        began = time.monotonic()
        tracing.end_tracing()
        assert time.monotonic() - began < 5


class TestWellFormed:
    @pytest.mark.parametrize(
        "text",
        [
            None,
            "",
            RECORDED.upper(),
            RECORDED + "-x",
            "01" + RECORDED[2:],
            RECORDED.replace("0123456789abcdef", "0" * 16),
        ],
    )
    def test_not(self, text: str | None) -> None:
        assert well_formed(text) is None
