"""When people were last seen, of a batch of presence events."""

from schemas.codec import encode
from schemas.presence import AnyPresenceEvent
from schemas.times import timestamp
from streams.presence.last_seen import project
from streams.runtime.records import Record
from tests.builders import ALICE, BOB, START_MS, connected, went_offline, went_online


def record(value: bytes, offset: int) -> Record:
    return Record("presence.events", 0, offset, START_MS, None, value, ())


def seen(*events: AnyPresenceEvent) -> dict[str, str]:
    return project(record(encode(event), offset) for offset, event in enumerate(events))


class TestProject:
    def test_only_of_those_who_went(self) -> None:
        assert {} == seen(connected(), went_online())
        assert {ALICE: timestamp(START_MS)} == seen(went_offline(last_seen_at_ms=START_MS))

    def test_the_latest_of_each(self) -> None:
        events = [
            went_offline(last_seen_at_ms=START_MS + 2),
            went_offline(BOB, last_seen_at_ms=START_MS),
            went_offline(last_seen_at_ms=START_MS + 1),
        ]
        assert {ALICE: timestamp(START_MS + 2), BOB: timestamp(START_MS)} == seen(*events)

    def test_what_cannot_be_read_is_passed_over(self) -> None:
        assert {} == project([record(b"{", 0)])
