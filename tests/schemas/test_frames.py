"""Frames as the wire has them."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from msgspec import UNSET, Raw

from schemas import frames
from tests import strategies
from tests.builders import ALICE, BOB, CONVERSATION

FRAMES = (*get_args(frames.AnyClientFrame), *get_args(frames.AnyServerFrame))
UNKEYED = {  # PROTOCOL, section 2: the frames of a client that are no commands with an answer of their own
    "Hello",
    "AcknowledgeDelivery",
    "AcknowledgeRead",
    "SetTyping",
    "SubscribePresence",
    "UnsubscribePresence",
    "Heartbeat",
}


def fields(frame: Any) -> dict[str, object]:
    return msgspec.json.decode(frames.encode(frame), type=dict[str, object])


class TestEveryFrame:
    def test_has_a_name_of_its_own(self) -> None:
        assert len(FRAMES) == len({frame.__name__ for frame in FRAMES})

    @pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.__name__)
    def test_is_tagged_by_its_type(self, frame: type[msgspec.Struct]) -> None:
        assert ("type", frame.__name__) == (frame.__struct_config__.tag_field, frame.__struct_config__.tag)


class TestClientFrames:
    @given(strategies.client_frames)
    def test_round_trip(self, frame: frames.AnyClientFrame) -> None:
        assert frame == msgspec.json.decode(frames.encode(frame), type=frames.AnyClientFrame)

    def test_a_hello_needs_only_its_ticket(self) -> None:
        found: frames.AnyClientFrame = msgspec.json.decode(b'{"type":"Hello","ticket":"t"}', type=frames.AnyClientFrame)
        assert frames.Hello("t", None, {}) == found

    @pytest.mark.parametrize("frame", get_args(frames.AnyClientFrame), ids=lambda frame: frame.__name__)
    def test_all_commands_have_a_client_id(self, frame: type[frames.ClientFrame]) -> None:
        assert (frame.__name__ in UNKEYED) != issubclass(frame, frames.KeyedFrame)

    @pytest.mark.parametrize("frame", get_args(frames.AnyClientFrame), ids=lambda frame: frame.__name__)
    def test_unknown_fields_are_refused(self, frame: type[frames.ClientFrame]) -> None:
        assert frame.__struct_config__.forbid_unknown_fields

    def test_settings_that_are_left_out_are_not_null(self) -> None:
        frame = frames.ChangeGroupSettings(client_id="s1", conversation_id=CONVERSATION, avatar_media_id=None)
        expected = {"client_id": "s1", "conversation_id": CONVERSATION, "avatar_media_id": None}
        assert {"type": "ChangeGroupSettings", **expected} == fields(frame)
        assert UNSET is frame.name


class TestServerFrames:
    @given(strategies.server_frames)
    def test_are_json_with_their_type(self, frame: frames.AnyServerFrame) -> None:
        assert type(frame).__name__ == fields(frame)["type"]

    def test_a_client_id_that_is_not_for_this_device_is_left_out(self) -> None:
        assert {"type": "Malformed", "detail": "why"} == fields(frames.Malformed("why"))
        assert {"type": "RateLimited", "retry_after_seconds": 0.5} == fields(frames.RateLimited(0.5))

    def test_null_is_said(self) -> None:
        refused = fields(frames.CommandRefused(None, None, "SubscribePresence", "too-many", ""))
        assert (None, None) == (refused["conversation_id"], refused["client_id"])

    def test_events_stand_in_caught_up_as_they_are(self) -> None:
        mark = frames.Watermark(ALICE, 2, 1)
        caught_up = frames.CaughtUp(CONVERSATION, (Raw(b'{"type":"MessageSent"}'),), (mark,), 2)
        expected = {
            "type": "CaughtUp",
            "conversation_id": CONVERSATION,
            "events": [{"type": "MessageSent"}],
            "watermarks": [{"user_id": ALICE, "delivered_seq": 2, "read_seq": 1}],
            "head_seq": 2,
        }
        assert expected == fields(caught_up)

    def test_synced(self) -> None:
        assert b'{"type":"Synced","recovered":true}' == frames.encode(frames.Synced(recovered=True))

    def test_who_hides_is_neither_on_nor_off(self) -> None:
        expected = {"type": "PresenceChanged", "user_id": BOB, "is_online": None, "last_seen_at": None}
        assert expected == fields(frames.PresenceChanged(BOB, None, None))
