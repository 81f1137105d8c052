"""Events as the log keeps them, for ever."""

import msgspec
import pytest

from schemas.codec import Undecodable, decode_event, encode
from schemas.events import MessageSent, TimelineEvent
from tests.builders import ALICE, BOB, refused, repeated, sent


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
    def test_of_a_message(self) -> None:
        assert isinstance(sent(), TimelineEvent)

    def test_none_for_answers(self) -> None:
        for event in (refused(), repeated(sent())):
            assert not isinstance(event, TimelineEvent)
            assert b'"seq"' not in encode(event).partition(b'"first"')[0]


class TestCommandRefused:
    def test_undecodable_with_a_reason_outside_the_set(self) -> None:
        with pytest.raises(Undecodable):
            decode_event(encode(refused()).replace(b"not-a-member", b"bad-weather"))


class TestCommandRepeated:
    def test_holds_the_first_result_whole(self) -> None:
        event = decode_event(encode(repeated(sent(7))))
        assert MessageSent is type(getattr(event, "first", None))
        assert repeated(sent(7)) == event
