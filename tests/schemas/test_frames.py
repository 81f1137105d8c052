"""Frames as the wire has them."""

import msgspec
from hypothesis import given
from msgspec import Raw

from schemas import frames
from tests import strategies
from tests.builders import ALICE, CONVERSATION


def fields(frame: frames.ServerFrame) -> dict[str, object]:
    return msgspec.json.decode(frames.encode(frame), type=dict[str, object])


class TestClientFrames:
    @given(strategies.client_frames)
    def test_round_trip(self, frame: frames.ClientFrame) -> None:
        assert frame == msgspec.json.decode(frames.encode(frame), type=frames.ClientFrame)

    def test_a_hello_needs_only_its_ticket(self) -> None:
        found = msgspec.json.decode(b'{"type":"Hello","ticket":"t"}', type=frames.ClientFrame)
        assert frames.Hello("t", None, {}) == found


class TestServerFrames:
    def test_a_client_id_that_is_not_for_this_device_is_left_out(self) -> None:
        assert {"type": "Malformed", "detail": "why"} == fields(frames.Malformed("why"))
        assert {"type": "RateLimited", "retry_after_seconds": 0.5} == fields(frames.RateLimited(0.5))

    def test_null_is_said(self) -> None:
        refused = frames.CommandRefused(None, "m1", "SendMessage", "empty", "")
        assert fields(refused)["conversation_id"] is None

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
