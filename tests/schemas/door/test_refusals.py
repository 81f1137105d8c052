"""What the door refuses without knowing the conversation, and what it lets pass for the log to decide."""

import msgspec
import pytest
from hypothesis import given

from schemas import frames
from schemas.bodies import TEXT_CHARACTERS_MAX, Media
from schemas.door import DETAILS, Facts, refusal, refused
from schemas.door.refusals import DESCRIPTION_CHARACTERS_MAX, MEMBERS_MAX, NAME_CHARACTERS_MAX
from schemas.reasons import Reason
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
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
from tests.schemas.door.actors import ALL, FOUND, NOTHING, READY

TOO_LONG = "x" * (TEXT_CHARACTERS_MAX + 1)
NAMES = [  # kept as sent: only their length is judged, in code points
    "F",
    " ",
    "F" * NAME_CHARACTERS_MAX,
    "🎉" * NAME_CHARACTERS_MAX,
    "👨‍👩‍👧‍👦 family",
    "\u200f\u05d7\u05d1\u05e8\u05d9\u05dd\u200e",
    "\u202eright to left\u202c",
    "tab\tbell\x07escape\x1b[0m",
    "two\nlines",
]


def people(count: int) -> list[str]:
    """This many people, none of whom is Alice, Bob or Carol."""
    return [f"{number:08x}-0000-4000-8000-000000000000" for number in range(count)]


class TestPeople:
    @given(strategies.keyed_frames)
    def test_nobody_may_be_named_who_does_not_exist(self, of: frames.AnyKeyedFrame) -> None:
        assert "unknown-user" == refusal(of, ALICE, Facts(are_users_known=False))


class TestSendMessage:
    def test_taken(self) -> None:
        assert refusal(frame(), ALICE, NOTHING) is None

    def test_to_oneself(self) -> None:
        assert "not-allowed" == refusal(frame(conversation_id=None, to_user_id=ALICE), ALICE, NOTHING)

    @pytest.mark.parametrize(("text", "reason"), [("", "empty"), (TOO_LONG, "too-long")])
    def test_of_its_text(self, text: str, reason: Reason) -> None:
        assert reason == refusal(frame(text), ALICE, NOTHING)

    def test_with_media_that_is_not_ready(self) -> None:
        media = msgspec.structs.replace(frame(), body=Media(BOB))
        assert "media-not-ready" == refusal(media, ALICE, NOTHING)
        assert refusal(media, ALICE, READY) is None

    def test_with_a_caption_that_is_too_long(self) -> None:
        media = msgspec.structs.replace(frame(), body=Media(BOB, TOO_LONG))
        assert "too-long" == refusal(media, ALICE, READY)


class TestEditMessage:
    def test_taken(self) -> None:
        assert refusal(edit_frame(), ALICE, FOUND) is None

    def test_of_a_message_that_is_not_there(self) -> None:
        assert "not-found" == refusal(edit_frame(), ALICE, NOTHING)

    @pytest.mark.parametrize(("text", "reason"), [("", "empty"), (TOO_LONG, "too-long")])
    @pytest.mark.parametrize("facts", [FOUND, NOTHING])
    def test_of_its_text(self, text: str, reason: Reason, facts: Facts) -> None:
        assert reason == refusal(edit_frame(text), ALICE, facts)


class TestDeleteMessage:
    def test_taken(self) -> None:
        assert refusal(delete_frame(), ALICE, FOUND) is None

    def test_of_a_message_that_is_not_there(self) -> None:
        assert "not-found" == refusal(delete_frame(), ALICE, NOTHING)


class TestSetReaction:
    @pytest.mark.parametrize("emoji", ["👍", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "1️⃣", "a", "e\u0301", None])
    def test_one_grapheme_is_taken_and_null_takes_it_back(self, emoji: str | None) -> None:
        assert refusal(reaction_frame(emoji), ALICE, FOUND) is None

    @pytest.mark.parametrize("emoji", ["👍👍", "ab", "🇩🇪🇫🇷", " 👍", "👍\u200f", "x" * TEXT_CHARACTERS_MAX])
    def test_more_is_too_long(self, emoji: str) -> None:
        assert "too-long" == refusal(reaction_frame(emoji), ALICE, FOUND)

    def test_nothing_is_empty(self) -> None:
        assert "empty" == refusal(reaction_frame(""), ALICE, FOUND)

    @pytest.mark.parametrize("emoji", ["👍", None])
    def test_to_a_message_that_is_not_there(self, emoji: str | None) -> None:
        assert "not-found" == refusal(reaction_frame(emoji), ALICE, NOTHING)


class TestCreateGroup:
    @pytest.mark.parametrize("name", NAMES)
    def test_taken_by_any_name_of_1_to_100_characters(self, name: str) -> None:
        assert refusal(group_frame(name), ALICE, NOTHING) is None

    @pytest.mark.parametrize(("name", "reason"), [("", "empty"), ("F" * 101, "too-long"), ("🎉" * 101, "too-long")])
    def test_of_its_name(self, name: str, reason: Reason) -> None:
        assert reason == refusal(group_frame(name), ALICE, NOTHING)

    @pytest.mark.parametrize("member_ids", [[], [ALICE], [BOB, BOB, BOB]])
    def test_taken_with_few_members(self, member_ids: list[str]) -> None:
        assert refusal(group_frame(member_ids=member_ids), ALICE, NOTHING) is None

    def test_at_most_100_members_with_the_creator(self) -> None:
        assert refusal(group_frame(member_ids=people(MEMBERS_MAX - 1)), ALICE, NOTHING) is None
        assert "too-many-members" == refusal(group_frame(member_ids=people(MEMBERS_MAX)), ALICE, NOTHING)

    def test_members_named_twice_count_once(self) -> None:
        twice = people(MEMBERS_MAX - 1) * 2 + [ALICE, ALICE]
        assert refusal(group_frame(member_ids=twice), ALICE, NOTHING) is None


class TestAddMembers:
    def test_taken(self) -> None:
        assert refusal(members_frame(), ALICE, NOTHING) is None

    def test_nobody(self) -> None:
        assert "empty" == refusal(members_frame([]), ALICE, NOTHING)

    def test_more_than_any_group_may_have(self) -> None:
        assert refusal(members_frame(people(MEMBERS_MAX) * 2), ALICE, NOTHING) is None
        assert "too-many-members" == refusal(members_frame(people(MEMBERS_MAX + 1)), ALICE, NOTHING)


class TestChangeGroupSettings:
    @pytest.mark.parametrize("name", NAMES)
    def test_any_name_of_1_to_100_characters(self, name: str) -> None:
        assert refusal(settings_frame(name=name), ALICE, NOTHING) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"description": ""},
            {"description": "d" * DESCRIPTION_CHARACTERS_MAX},
            {"avatar_media_id": None},
            {"who_can_send": "admins"},
            {"who_can_add": "everyone"},
        ],
    )
    def test_each_may_change_alone(self, changes: dict[str, object]) -> None:
        assert refusal(settings_frame(**changes), ALICE, NOTHING) is None

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, "empty"),
            ({"name": ""}, "empty"),
            ({"name": "F" * 101}, "too-long"),
            ({"name": "🎉" * 101}, "too-long"),
            ({"description": "d" * (DESCRIPTION_CHARACTERS_MAX + 1)}, "too-long"),
            ({"name": "", "who_can_send": "admins"}, "empty"),
            ({"avatar_media_id": BOB}, "media-not-ready"),
        ],
    )
    def test_refused_whole(self, changes: dict[str, object], reason: Reason) -> None:
        assert reason == refusal(settings_frame(**changes), ALICE, NOTHING)

    def test_a_picture_that_is_ready(self) -> None:
        assert refusal(settings_frame(avatar_media_id=BOB), ALICE, READY) is None


class TestForTheLogToDecide:
    @pytest.mark.parametrize("of", [removal_frame(), removal_frame(ALICE), leaving_frame(), role_frame(CAROL)])
    def test_what_hangs_on_the_members(self, of: frames.AnyKeyedFrame) -> None:
        assert refusal(of, ALICE, NOTHING) is None


class TestAnyFrame:
    @given(strategies.keyed_frames)
    def test_is_taken_or_refused_with_a_detail(self, of: frames.AnyKeyedFrame) -> None:
        reason = refusal(of, ALICE, ALL)
        assert reason is None or DETAILS[reason]


class TestRefused:
    def test_is_told_in_a_frame(self) -> None:
        told = msgspec.json.decode(refused(frame(), "empty", CONVERSATION), type=frames.CommandRefused)
        assert frames.CommandRefused(CONVERSATION, "m1", "SendMessage", "empty", "there is nothing in it") == told

    def test_names_the_command(self) -> None:
        told = msgspec.json.decode(refused(reaction_frame(), "not-found", CONVERSATION), type=frames.CommandRefused)
        assert ("r1", "SetReaction", "not-found") == (told.client_id, told.command, told.reason)

    def test_of_a_frame_without_a_client_id(self) -> None:
        subscribe = frames.SubscribePresence(user_ids=())
        told = msgspec.json.decode(refused(subscribe, "too-many"), type=frames.CommandRefused)
        assert (None, None, "SubscribePresence") == (told.conversation_id, told.client_id, told.command)

    def test_of_any_reason_can_be_told(self) -> None:
        assert b'"detail":""' in refused(frame(), "blocked")
