"""Records as columns, and back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from infra.operator.exports.columns import HEADERS, NAMES, SCHEMA, batch, records
from infra.stores.log_reading import Record
from schemas.codec import encode
from schemas.events import AnyEvent
from schemas.times import milliseconds, timestamp
from tests.builders import ALICE, BOB, CONVERSATION, START_MS, created, delivered, read, removed, sent
from tests.infra.operator.exports.exported import TRACE, logged
from tests.strategies.language import any_command, any_event, any_presence_event, any_push_request, dead
from tests.strategies.values import milliseconds as moments

AT = "2026-11-24T13:00:01.250Z"
header_values = st.none() | st.binary(max_size=20)
stored = st.builds(
    Record,
    topic=st.just("t"),
    partition=st.integers(0, 4095),
    offset=st.integers(0, (1 << 62) - 1),
    at_ms=moments,
    key=st.none() | st.binary(max_size=20),
    value=st.binary(max_size=40) | (any_event | any_command | any_presence_event | any_push_request | dead).map(encode),
    headers=st.lists(st.tuples(st.sampled_from(HEADERS) | st.text(max_size=5), header_values), max_size=6),
)


def row(record: Record) -> dict[str, object]:
    return dict(batch([record]).to_pylist()[0])


def broken(value: bytes) -> Record:
    return Record("t", 0, 0, START_MS, None, value, ())


class TestRecords:
    @given(st.lists(stored, max_size=5))
    def test_back_again(self, given: list[Record]) -> None:
        found = list(records("t", batch(given)))
        assert [sorted_headers(one) for one in given] == [sorted_headers(one) for one in found]

    def test_headers_in_their_order(self) -> None:
        record = logged(sent(3), 7, AT)
        assert [record] == list(records(record.topic, batch([record])))


class TestPlace:
    def test_where_and_when(self) -> None:
        found = row(logged(sent(), 7, AT, partition=3))
        assert (3, 7, CONVERSATION) == (found["partition"], found["log_offset"], found["key"])
        assert AT == timestamp(round(found["appended_at"].timestamp() * 1000))  # type: ignore[attr-defined]

    def test_headers(self) -> None:
        found = row(logged(sent(4), 7, AT))
        assert ("MessageSent.v1", CONVERSATION, "4", TRACE, None) == tuple(
            found[name] for name in ("ce_type", "ce_subject", "header_seq", "traceparent", "other_headers")
        )

    def test_other_headers_as_json(self) -> None:
        record = Record("t", 0, 0, START_MS, None, b"{}", [("replay_offset", b"5"), ("ce_id", b"\xff")])
        assert [["replay_offset", "NQ=="], ["ce_id", "/w=="]] == json.loads(str(row(record)["other_headers"]))


class TestFields:
    def test_of_a_message(self) -> None:
        found = row(logged(sent(4), 7, AT))
        assert {"type": "MessageSent", "conversation_id": CONVERSATION, "actor_id": ALICE}.items() <= found.items()
        assert {"seq": 4, "message_number": 4, "client_id": "m4", "kind": "text", "size": 29}.items() <= found.items()
        assert milliseconds(sent(4).at) == round(found["happened_at"].timestamp() * 1000)  # type: ignore[attr-defined]

    def test_of_receipts(self) -> None:
        assert {"actor_id": BOB, "from_seq": 2, "to_seq": 5, "seq": None}.items() <= row(
            logged(delivered(5, 2), 7, AT)
        ).items()
        assert {"delivered_from_seq": 4, "is_private": True}.items() <= row(
            logged(read(5, 2, delivered_from_seq=4, is_private=True), 7, AT)
        ).items()

    def test_of_members(self) -> None:
        assert [ALICE, BOB] == row(logged(created([ALICE, BOB]), 7, AT))["member_ids"]
        assert BOB == row(logged(removed(user_id=BOB), 7, AT))["user_id"]

    @given(any_event)
    def test_value_is_the_records_own(self, event: AnyEvent) -> None:
        assert encode(event).decode() == row(broken(encode(event)))["value"]


class TestUnreadable:
    def test_no_json(self) -> None:
        found = row(broken(b"{"))
        assert ("{", None) == (found["value"], found["raw_value"])
        assert {None} == {found[name] for name in NAMES}

    def test_no_text(self) -> None:
        found = row(broken(b"\xff"))
        assert (None, b"\xff") == (found["value"], found["raw_value"])

    def test_fields_of_another_type(self) -> None:
        found = row(broken(b'{"type":"MessageSent","seq":"four"}'))
        assert (None, None) == (found["type"], found["seq"])

    def test_a_number_beyond_all_columns(self) -> None:
        assert row(broken(b'{"seq":99999999999999999999}'))["seq"] is None

    def test_a_time_that_is_none(self) -> None:
        ok = b'{"at":"2026-11-24T13:00:01.250Z"}'
        values = [b'{"at":"soon"}', b'{"at":"2026-02-31T00:00:00.000Z"}', ok]
        times = batch([broken(value) for value in values]).column("happened_at").to_pylist()
        assert [None, None] == times[:2]
        assert AT == timestamp(round(times[2].timestamp() * 1000))

    def test_a_lone_surrogate(self) -> None:
        assert row(broken(rb'{"type":"\ud800"}'))["type"] is None

    def test_nothing(self) -> None:
        assert SCHEMA == batch([]).schema


def sorted_headers(record: Record) -> object:
    """Headers with columns come first, in a fixed order."""
    return record.partition, record.offset, record.at_ms, record.key, record.value, sorted(map(repr, record.headers))
