"""Lines for machines: one object each, whatever is in it."""

import json
import logging
import sys

import pytest

from infra.telemetry.logs import JsonLines, traced
from infra.telemetry.settings import TelemetrySettings
from infra.telemetry.traceparent import CALLER

TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


def line(message: str = "said", *arguments: object, **extra: str) -> dict[str, str]:
    record = logging.LogRecord("streams.x", logging.WARNING, "x.py", 1, message, arguments, None)
    record.__dict__.update(extra)
    text = JsonLines("views-1").format(record)
    assert "\n" not in text
    found: dict[str, str] = json.loads(text)
    return found


class TestJsonLines:
    def test_names_its_process(self) -> None:
        found = line("%s of %d", "one\ntwo “three”", 4)
        assert ("WARNING", "streams.x", "views-1") == (found["level"], found["logger"], found["process"])
        assert "one\ntwo “three” of 4" == found["message"]
        assert found["at"].endswith("Z")

    def test_trace_where_it_is_known(self) -> None:
        assert "trace_id" not in line()
        assert "0123456789abcdef0123456789abcdef" == line(**traced(TRACE.encode()))["trace_id"]

    def test_trace_of_the_request_at_hand(self) -> None:
        token = CALLER.set(TRACE)
        assert "0123456789abcdef0123456789abcdef" == line()["trace_id"]
        CALLER.reset(token)

    def test_exception_is_in_the_same_line(self) -> None:
        try:
            raise ValueError("broken")
        except ValueError:
            record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "ends", (), sys.exc_info())
        found = json.loads(JsonLines("api-1").format(record))
        assert found["exception"].endswith("ValueError: broken")


class TestForm:
    def test_json_in_production_unless_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("BACKCHANNEL_LOG_FORMAT", raising=False)
        assert ["text", "json"] == [TelemetrySettings(profile=one).logs for one in ("local", "production")]
        assert "text" == TelemetrySettings(profile="production", log_format="text").logs
