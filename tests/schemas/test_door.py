"""The door: a frame becomes a command, or a refusal that never enters the log."""

import msgspec
import pytest
from hypothesis import given

from schemas import door, frames
from schemas.bodies import TEXT_CHARACTERS_MAX, Media, Text, plain
from schemas.commands import SendMessage
from schemas.door import Actor
from schemas.ids import direct_conversation_id
from schemas.parsing import MalformedFrame
from schemas.reasons import Reason
from tests import strategies
from tests.builders import ALICE, BOB, CAROL, CONVERSATION, KEY, ORIGIN, PHONE, frame

SECRET = b"a secret"
ACTOR = Actor(ALICE, PHONE, KEY, ORIGIN)


def command(of: frames.SendMessage) -> SendMessage:
    return door.send_message(of, CONVERSATION, ACTOR)


class TestConversationOf:
    def test_named(self) -> None:
        assert CONVERSATION == door.conversation_of(frame(), ALICE, SECRET)

    def test_direct(self) -> None:
        to_bob = frame(conversation_id=None, to_user_id=BOB)
        to_alice = frame(conversation_id=None, to_user_id=ALICE)
        expected = direct_conversation_id(SECRET, ALICE, BOB)
        assert expected == door.conversation_of(to_bob, ALICE, SECRET) == door.conversation_of(to_alice, BOB, SECRET)

    @pytest.mark.parametrize(("conversation_id", "to_user_id"), [(None, None), (CONVERSATION, BOB)])
    def test_malformed_unless_it_names_exactly_one(
        self, conversation_id: str | None, to_user_id: str | None
    ) -> None:
        both = frame(conversation_id=conversation_id, to_user_id=to_user_id)
        with pytest.raises(MalformedFrame) as caught:
            door.conversation_of(both, ALICE, SECRET)
        assert "m1" == caught.value.client_id


class TestRefusal:
    def test_none(self) -> None:
        assert door.refusal(frame(), ALICE, is_user_known=True) is None

    def test_to_oneself(self) -> None:
        to_me = frame(conversation_id=None, to_user_id=ALICE)
        assert "not-allowed" == door.refusal(to_me, ALICE, is_user_known=True)

    def test_to_nobody(self) -> None:
        assert "unknown-user" == door.refusal(frame(), ALICE, is_user_known=False)

    @pytest.mark.parametrize(
        ("text", "reason"), [("", "empty"), ("x" * (TEXT_CHARACTERS_MAX + 1), "too-long")]
    )
    def test_of_its_text(self, text: str, reason: Reason) -> None:
        assert reason == door.refusal(frame(text), ALICE, is_user_known=True)

    def test_is_told_in_a_frame(self) -> None:
        told = msgspec.json.decode(door.refused(frame(), CONVERSATION, "empty"), type=frames.CommandRefused)
        assert frames.CommandRefused(CONVERSATION, "m1", "SendMessage", "empty", "the text is empty") == told

    def test_of_any_reason_can_be_told(self) -> None:
        assert b'"detail":""' in door.refused(frame(), None, "blocked")


class TestSendMessage:
    @given(strategies.send_message_frames)
    def test_carries_what_the_author_wrote(self, of: frames.SendMessage) -> None:
        made = command(of)
        place = {"conversation_id": CONVERSATION, "sender_id": ALICE, "client_id": of.client_id}
        assert plain(of.body) == KEY.open(made.body, **place)
        assert (of.client_id, of.reply_to, of.mentions) == (made.client_id, made.reply_to, made.mentions)

    def test_carries_who_asked(self) -> None:
        made = command(frame())
        assert (ALICE, PHONE, ORIGIN) == (made.actor_id, made.device_id, made.origin)

    def test_a_repeat_has_the_same_digest_and_another_seal(self) -> None:
        one, other = command(frame()), command(frame())
        assert one.digest == other.digest
        assert one.body != other.body

    @pytest.mark.parametrize("changed", [frame("Bye"), frame(mentions=[BOB]), frame(mentions=[BOB, CAROL])])
    def test_other_content_has_another_digest(self, changed: frames.SendMessage) -> None:
        assert command(frame()).digest != command(changed).digest

    def test_kinds_are_told_apart(self) -> None:
        media = msgspec.structs.replace(frame(), body=Media(ALICE))
        text = msgspec.structs.replace(frame(), body=Text(ALICE))
        assert command(media).digest != command(text).digest
