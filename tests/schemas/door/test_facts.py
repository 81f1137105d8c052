"""Which conversation a frame is for, and what must be looked up before it is judged."""

import msgspec
import pytest
from hypothesis import given

from schemas import frames
from schemas.bodies import Media
from schemas.door import Needs, conversation_of, needs
from schemas.ids import direct_conversation_id, group_conversation_id, is_id
from schemas.parsing import MalformedFrame
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    MESSAGE,
    PICTURE,
    delete_frame,
    edit_frame,
    frame,
    group_frame,
    leaving_frame,
    members_frame,
    reaction_frame,
    removal_frame,
    role_frame,
    settings_frame,
)

SECRET = b"a secret"


class TestConversationOf:
    @pytest.mark.parametrize("of", [frame(), edit_frame(), reaction_frame(), members_frame(), leaving_frame()])
    def test_named(self, of: frames.AnyKeyedFrame) -> None:
        assert CONVERSATION == conversation_of(of, ALICE, SECRET)

    def test_direct(self) -> None:
        to_bob = frame(conversation_id=None, to_user_id=BOB)
        to_alice = frame(conversation_id=None, to_user_id=ALICE)
        expected = direct_conversation_id(SECRET, ALICE, BOB)
        assert expected == conversation_of(to_bob, ALICE, SECRET) == conversation_of(to_alice, BOB, SECRET)

    def test_a_new_group_is_named_by_its_creator_and_the_client_id(self) -> None:
        assert group_conversation_id(ALICE, "g1") == conversation_of(group_frame(), ALICE, SECRET)

    @pytest.mark.parametrize(("conversation_id", "to_user_id"), [(None, None), (CONVERSATION, BOB)])
    def test_malformed_unless_it_names_exactly_one(self, conversation_id: str | None, to_user_id: str | None) -> None:
        both = frame(conversation_id=conversation_id, to_user_id=to_user_id)
        with pytest.raises(MalformedFrame) as caught:
            conversation_of(both, ALICE, SECRET)
        assert "m1" == caught.value.client_id

    @given(strategies.keyed_frames)
    def test_of_every_frame_there_is_one(self, of: frames.AnyKeyedFrame) -> None:
        assert is_id(conversation_of(of, ALICE, SECRET))


class TestNeeds:
    @pytest.mark.parametrize(
        ("of", "expected"),
        [
            (frame(), Needs(privacy=True)),
            (frame(conversation_id=None, to_user_id=BOB), Needs((BOB,), privacy=True)),
            (group_frame(), Needs((BOB, CAROL), key=True)),
            (members_frame(), Needs((CAROL,))),
            (edit_frame(), Needs(message_id=MESSAGE)),
            (delete_frame(), Needs(message_id=MESSAGE)),
            (reaction_frame(), Needs(message_id=MESSAGE)),
            (removal_frame(), Needs()),
            (leaving_frame(), Needs()),
            (role_frame(), Needs()),
            (settings_frame(name="Friends"), Needs(key=True)),
            (settings_frame(avatar_media_id=None), Needs(key=True)),
            (settings_frame(avatar_media_id=PICTURE), Needs(key=True, avatar_id=PICTURE)),
            (msgspec.structs.replace(frame(), body=Media(PICTURE)), Needs(privacy=True, media_id=PICTURE)),
            (msgspec.structs.replace(edit_frame(), body=Media(PICTURE)), Needs(message_id=MESSAGE, media_id=PICTURE)),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_of_each_frame(self, of: frames.AnyKeyedFrame, expected: Needs) -> None:
        assert expected == needs(of)
