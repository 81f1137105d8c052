"""The commands of accepted frames: what the author wrote, sealed; who asked; and a digest that tells a repeat."""

import msgspec
import pytest
from hypothesis import given
from msgspec import UNSET, UnsetType

from schemas import codec, commands, door, frames
from schemas.bodies import Media, SealedText, Text, plain
from schemas.door import Facts
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    CONVERSATION_KEY,
    KEY,
    ORIGIN,
    PHONE,
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
    target,
)
from tests.schemas.door.actors import ACTOR, ALL, FOUND, KEYED, NOTHING


def command(of: frames.AnyKeyedFrame, facts: Facts = ALL) -> commands.AnyKeyedCommand:
    return door.command(of, CONVERSATION, ACTOR, facts)


def opened(text: SealedText | UnsetType) -> str | UnsetType:
    return UNSET if isinstance(text, UnsetType) else CONVERSATION_KEY.open(text)


class TestEveryCommand:
    @given(strategies.keyed_frames)
    def test_says_who_asked_and_is_fit_for_the_log(self, of: frames.AnyKeyedFrame) -> None:
        made = command(of)
        assert type(of).__name__ == type(made).__name__
        assert (CONVERSATION, of.client_id) == (made.conversation_id, made.client_id)
        assert (ALICE, PHONE, ORIGIN) == (made.actor_id, made.device_id, made.origin)
        assert made == codec.decode_command(codec.encode(made))

    @given(strategies.keyed_frames)
    def test_a_repeat_has_the_same_digest(self, of: frames.AnyKeyedFrame) -> None:
        assert command(of).digest == command(of).digest

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (frame(), frame("Bye")),
            (frame(), frame(mentions=[BOB])),
            (frame(mentions=[BOB]), frame(mentions=[BOB, CAROL])),
            (edit_frame(), edit_frame("Bye")),
            (edit_frame(), edit_frame(message_id=ALICE)),
            (delete_frame(), delete_frame(ALICE)),
            (reaction_frame("👍"), reaction_frame("👎")),
            (reaction_frame("👍"), reaction_frame(None)),
            (group_frame("Friends"), group_frame("Foes")),
            (group_frame(), group_frame(member_ids=[BOB])),
            (members_frame([BOB]), members_frame([CAROL])),
            (removal_frame(BOB), removal_frame(CAROL)),
            (role_frame(BOB, "admin"), role_frame(BOB, "member")),
            (settings_frame(name="Friends"), settings_frame(description="Friends")),
            (settings_frame(avatar_media_id=None), settings_frame(avatar_media_id=None, who_can_send="admins")),
        ],
    )
    def test_other_content_has_another_digest(self, one: frames.AnyKeyedFrame, other: frames.AnyKeyedFrame) -> None:
        assert command(one).digest != command(other).digest


class TestSendMessage:
    @given(strategies.send_message_frames)
    def test_carries_what_the_author_wrote(self, of: frames.SendMessage) -> None:
        made = command(of)
        assert isinstance(made, commands.SendMessage)
        place = {"conversation_id": CONVERSATION, "sender_id": ALICE, "client_id": of.client_id}
        assert plain(of.body) == KEY.open(made.body, **place)
        assert (of.to_user_id, of.reply_to, of.mentions) == (made.to_user_id, made.reply_to, made.mentions)

    @pytest.mark.parametrize("is_private", [True, False])
    def test_that_it_reads_may_be_private(self, *, is_private: bool) -> None:
        made = command(frame(), Facts(is_private=is_private))
        assert isinstance(made, commands.SendMessage)
        assert is_private == made.is_private

    def test_a_repeat_has_another_seal(self) -> None:
        assert getattr(command(frame()), "body", None) != getattr(command(frame()), "body", None)

    def test_the_same_to_a_person_and_to_the_conversation_is_a_repeat(self) -> None:
        to_bob = frame(conversation_id=None, to_user_id=BOB)
        assert command(frame()).digest == command(to_bob).digest

    def test_kinds_are_told_apart(self) -> None:
        media = msgspec.structs.replace(frame(), body=Media(ALICE))
        text = msgspec.structs.replace(frame(), body=Text(ALICE))
        assert command(media).digest != command(text).digest


class TestChangesOfMessages:
    def test_an_edit_carries_the_target_and_the_new_body(self) -> None:
        made = command(edit_frame("Hello again!"), FOUND)
        assert isinstance(made, commands.EditMessage)
        body = KEY.open(made.body, conversation_id=CONVERSATION, sender_id=ALICE, client_id="e1")
        assert (target(), plain(Text("Hello again!"))) == (made.target, body)

    def test_a_deletion_carries_the_target(self) -> None:
        made = command(delete_frame(), FOUND)
        assert isinstance(made, commands.DeleteMessage)
        assert target() == made.target

    @pytest.mark.parametrize("emoji", ["👍", None])
    def test_a_reaction_carries_the_target_and_the_emoji(self, emoji: str | None) -> None:
        made = command(reaction_frame(emoji), FOUND)
        assert isinstance(made, commands.SetReaction)
        assert (target(), emoji) == (made.target, made.emoji)


class TestGroups:
    @pytest.mark.parametrize("name", ["Friends", "🎉\u200f\x07"])
    def test_a_group_has_its_name_sealed_and_as_sent(self, name: str) -> None:
        made = command(group_frame(name), KEYED)
        assert isinstance(made, commands.CreateGroup)
        assert name == opened(made.name)
        assert name.encode() not in made.name.sealed

    @pytest.mark.parametrize(
        ("named", "expected"),
        [
            ([BOB, CAROL], (ALICE, BOB, CAROL)),
            ([CAROL, BOB, CAROL, BOB], (ALICE, CAROL, BOB)),
            ([BOB, ALICE], (ALICE, BOB)),
            ([], (ALICE,)),
        ],
    )
    def test_members_are_named_once_and_the_creator_first(self, named: list[str], expected: tuple[str, ...]) -> None:
        made = command(group_frame(member_ids=named), KEYED)
        assert isinstance(made, commands.CreateGroup)
        assert expected == made.member_ids

    def test_who_is_added_is_named_once_in_the_order_given(self) -> None:
        made = command(members_frame([CAROL, BOB, CAROL]), NOTHING)
        assert isinstance(made, commands.AddMembers)
        assert (CAROL, BOB) == made.member_ids

    def test_who_is_removed(self) -> None:
        made = command(removal_frame(BOB), NOTHING)
        assert isinstance(made, commands.RemoveMember)
        assert BOB == made.user_id

    def test_who_leaves_is_who_asked(self) -> None:
        made = command(leaving_frame(), NOTHING)
        assert isinstance(made, commands.LeaveGroup)
        assert ALICE == made.actor_id

    def test_whose_role_changes_to_what(self) -> None:
        made = command(role_frame(BOB, "member"), NOTHING)
        assert isinstance(made, commands.ChangeRole)
        assert (BOB, "member") == (made.user_id, made.role)

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "Friends"},
            {"description": ""},
            {"name": "Friends", "description": "Old ones"},
            {"avatar_media_id": None},
            {"who_can_send": "admins", "who_can_add": "everyone"},
        ],
    )
    def test_settings_hold_what_changes_and_nothing_else(self, changes: dict[str, object]) -> None:
        made = command(settings_frame(**changes), KEYED)
        assert isinstance(made, commands.ChangeGroupSettings)
        found = {
            "name": opened(made.name),
            "description": opened(made.description),
            "avatar_media_id": made.avatar_media_id,
            "who_can_send": made.who_can_send,
            "who_can_add": made.who_can_add,
        }
        assert changes == {name: value for name, value in found.items() if value is not UNSET}


class TestAcknowledgement:
    def test_of_delivery(self) -> None:
        of = frames.AcknowledgeDelivery(conversation_id=CONVERSATION, seq=7)
        made = door.acknowledgement(of, ACTOR, is_private=True)
        expected = commands.AcknowledgeDelivery(
            conversation_id=CONVERSATION, actor_id=ALICE, device_id=PHONE, origin=ORIGIN, seq=7
        )
        assert expected == made

    @pytest.mark.parametrize("is_private", [True, False])
    def test_of_reading_which_may_be_private(self, *, is_private: bool) -> None:
        of = frames.AcknowledgeRead(conversation_id=CONVERSATION, seq=7)
        made = door.acknowledgement(of, ACTOR, is_private=is_private)
        expected = commands.AcknowledgeRead(
            conversation_id=CONVERSATION,
            actor_id=ALICE,
            device_id=PHONE,
            origin=ORIGIN,
            seq=7,
            is_private=is_private,
        )
        assert expected == made
