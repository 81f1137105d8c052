"""Events as the log keeps them, for ever."""

from typing import get_args

import msgspec
import pytest

from schemas.codec import Undecodable, decode_event, encode
from schemas.events import AnyEvent, AnyTimelineEvent, MessageSent, TimelineEvent
from tests.builders import (
    ALICE,
    BOB,
    added,
    blocked,
    created,
    deleted,
    delivered,
    edited,
    reacted,
    read,
    refused,
    removed,
    repeated,
    role_changed,
    sent,
    settings_changed,
)

TIMELINE = [
    sent(),
    edited(),
    deleted(),
    reacted(),
    created(),
    added(),
    removed(),
    role_changed(),
    settings_changed(who_can_send="admins"),
]
UNSEEN = [delivered(), read(), blocked(), refused(), repeated(sent())]


class TestMessageSent:
    def test_the_first_carries_the_members(self) -> None:
        assert (ALICE, BOB) == sent(1).member_ids
        assert b"member_ids" not in encode(sent(2))

    @pytest.mark.parametrize(("name", "value"), [("seq", 0), ("message_number", -1), ("command_offset", -1)])
    def test_undecodable_with_a_number_below_its_first(self, name: str, value: int) -> None:
        broken = encode(msgspec.structs.replace(sent(), **{name: value}))
        with pytest.raises(Undecodable):
            decode_event(broken)

    @pytest.mark.parametrize("at", ["2026-11-24", "2026-11-24T13:00:00Z", "2026-11-24T13:00:00.000Z\n", ""])
    def test_undecodable_with_a_time_in_another_form(self, at: str) -> None:
        with pytest.raises(Undecodable):
            decode_event(encode(msgspec.structs.replace(sent(), at=at)))


class TestPlaceInTheTimeline:
    def test_every_event_has_one_or_none(self) -> None:
        assert set(get_args(AnyTimelineEvent)) == {type(event) for event in TIMELINE}
        assert set(get_args(AnyEvent)) == {type(event) for event in TIMELINE + UNSEEN}

    @pytest.mark.parametrize("event", TIMELINE, ids=lambda event: type(event).__name__)
    def test_of_what_members_are_shown(self, event: AnyTimelineEvent) -> None:
        assert isinstance(event, TimelineEvent)
        assert event == decode_event(encode(event))

    @pytest.mark.parametrize("event", UNSEEN, ids=lambda event: type(event).__name__)
    def test_none_for_answers_receipts_and_blocks(self, event: AnyEvent) -> None:
        assert not isinstance(event, TimelineEvent)
        assert b'"seq"' not in encode(event).partition(b'"first"')[0]


class TestReceipts:
    @pytest.mark.parametrize("event", [delivered(1, 0), read(1, 0, delivered_from_seq=0)])
    def test_may_begin_before_the_first(self, event: AnyEvent) -> None:
        assert event == decode_event(encode(event))

    @pytest.mark.parametrize("event", [delivered(0), delivered(1, -1), read(0), read(1, delivered_from_seq=-1)])
    def test_undecodable_with_a_number_below_its_first(self, event: AnyEvent) -> None:
        with pytest.raises(Undecodable):
            decode_event(encode(event))


class TestCommandRefused:
    def test_undecodable_with_a_reason_outside_the_set(self) -> None:
        with pytest.raises(Undecodable):
            decode_event(encode(refused()).replace(b"not-a-member", b"bad-weather"))

    def test_of_a_command_without_a_client_id(self) -> None:
        event = refused("beyond-head", client_id=None, command="AcknowledgeRead")
        assert b"client_id" not in encode(event)
        assert event == decode_event(encode(event))


class TestCommandRepeated:
    def test_holds_the_first_result_whole(self) -> None:
        event = decode_event(encode(repeated(sent(7))))
        assert MessageSent is type(getattr(event, "first", None))
        assert repeated(sent(7)) == event

    @pytest.mark.parametrize("first", TIMELINE, ids=lambda event: type(event).__name__)
    def test_of_any_event_of_the_timeline(self, first: AnyTimelineEvent) -> None:
        assert repeated(first) == decode_event(encode(repeated(first)))
