"""Headers: CloudEvents in Kafka's binary mode, and a trace."""

import re

from schemas import envelope
from schemas.times import timestamp
from tests.builders import CONVERSATION, START_MS, sent

TRACE = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-00")


def headers_of_a_message(trace: str | bytes) -> envelope.Headers:
    at = timestamp(START_MS)
    return envelope.headers(sent(), id_="0-7", source="conversation", subject=CONVERSATION, at=at, trace=trace)


class TestHeaders:
    def test_are_those_of_cloud_events(self) -> None:
        expected = {
            "ce_specversion": b"1.0",
            "ce_id": b"0-7",
            "ce_type": b"MessageSent.v1",
            "ce_source": b"conversation",
            "ce_subject": CONVERSATION.encode(),
            "ce_time": b"2026-11-24T13:00:00.000Z",
            "traceparent": b"trace",
        }
        assert expected == dict(headers_of_a_message("trace"))

    def test_a_trace_goes_on_as_it_came(self) -> None:
        assert headers_of_a_message("trace") == headers_of_a_message(b"trace")


class TestNewTrace:
    def test_form(self) -> None:
        assert TRACE.fullmatch(envelope.new_trace())

    def test_each_is_another(self) -> None:
        assert 100 == len({envelope.new_trace() for _ in range(100)})


class TestHeader:
    def test_the_first_of_that_name(self) -> None:
        assert b"1" == envelope.header([("a", None), ("b", b"1"), ("b", b"2")], "b")

    def test_none_without_one(self) -> None:
        assert envelope.header([("a", b"1")], "b") is None
        assert envelope.header(None, "b") is None
