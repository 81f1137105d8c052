"""What a device is shown of an event."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from schemas import events, frames, rendering
from schemas.bodies import SealedText
from schemas.rendering import Fate
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    CONVERSATION_KEY,
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
    role_changed,
    sent,
    settings_changed,
)

BODY = b'{"kind":"text","text":"Hello"}'
NAME = CONVERSATION_KEY.seal("Friends 🎉")
HOUSES_OWN = {  # what no device is shown
    "origin",
    "digest",
    "command_offset",
    "message_seq",
    "read_from_seq",
    "delivered_from_seq",
    "read_author_ids",
    "author_ids",
    "is_private",
}


def shown(frame: bytes | Raw) -> dict[str, Any]:
    return msgspec.json.decode(frame, type=dict[str, Any])


def live(event: events.AnyTimelineEvent, body: bytes | None = BODY, *, to_author: bool = False) -> dict[str, Any]:
    return shown(rendering.live(event, body, CONVERSATION_KEY.open, to_author=to_author))


def in_timeline(
    event: events.AnyTimelineEvent, fate: Fate, body: bytes | None = BODY, *, to_author: bool = False
) -> dict[str, Any]:
    return shown(rendering.in_timeline(event, body, CONVERSATION_KEY.open, fate, to_author=to_author))


def own(event: events.AnyTimelineEvent) -> dict[str, Any]:
    """What a frame of this event says besides what all say."""
    found = live(event)
    common = {
        "type": type(event).__name__,
        "conversation_id": CONVERSATION,
        "seq": event.seq,
        "at": event.at,
        "actor_id": event.actor_id,
    }
    assert common.items() <= found.items()
    return {name: value for name, value in found.items() if name not in common}


def pretend(_: SealedText) -> str:
    return "opened"


class TestMessageSent:
    def test_to_another(self) -> None:
        event = sent(2)
        expected = {
            "message_id": event.message_id,
            "message_number": 2,
            "sender_id": ALICE,
            "body": {"kind": "text", "text": "Hello"},
            "reply_to": None,
            "mentions": [],
            "sent_at": event.at,
        }
        assert expected == own(event)

    def test_the_first_of_a_direct_conversation_shows_the_members(self) -> None:
        assert [ALICE, BOB] == live(sent(1))["member_ids"]

    def test_without_a_body_where_the_author_was_erased(self) -> None:
        assert live(sent(), None)["body"] is None


class TestChangesOfMessages:
    def test_edited(self) -> None:
        message = sent()
        expected = {"message_id": message.message_id, "body": {"kind": "text", "text": "Hello"}}
        assert expected == own(edited(2, message))
        assert live(edited(2, message), None)["body"] is None

    def test_deleted(self) -> None:
        assert {"message_id": sent().message_id} == own(deleted(2, sent()))

    @pytest.mark.parametrize("emoji", ["👍", None])
    def test_reacted(self, emoji: str | None) -> None:
        expected = {"message_id": sent().message_id, "user_id": BOB, "emoji": emoji}
        assert expected == own(reacted(2, sent(), emoji=emoji, actor_id=BOB))


class TestGroups:
    def test_created(self) -> None:
        assert {"name": "Friends 🎉", "member_ids": [ALICE, BOB]} == own(created((ALICE, BOB), name=NAME))

    def test_added(self) -> None:
        assert {"member_ids": [CAROL, BOB]} == own(added(member_ids=[CAROL, BOB]))

    def test_removed(self) -> None:
        assert {"user_id": BOB} == own(removed(user_id=BOB))

    def test_who_was_promoted_is_shown_if_anybody_was(self) -> None:
        left = removed(user_id=ALICE, actor_id=ALICE, promoted_user_id=BOB)
        assert {"user_id": ALICE, "promoted_user_id": BOB} == own(left)

    def test_role_changed(self) -> None:
        assert {"user_id": BOB, "role": "admin"} == own(role_changed(user_id=BOB, role="admin"))

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"name": NAME}, {"name": "Friends 🎉"}),
            ({"description": NAME}, {"description": "Friends 🎉"}),
            ({"avatar_media_id": None}, {"avatar_media_id": None}),
            ({"who_can_send": "admins", "who_can_add": "everyone"},) * 2,
        ],
    )
    def test_settings_show_what_changed_and_nothing_else(
        self, changes: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        assert expected == own(settings_changed(**changes))


class TestEveryTimelineEvent:
    @given(event=strategies.any_timeline_event, body=st.none() | st.just(BODY), to_author=st.booleans())
    def test_shows_the_client_id_to_the_author_and_to_no_other(
        self, *, event: events.AnyTimelineEvent, body: bytes | None, to_author: bool
    ) -> None:
        found = shown(rendering.live(event, body, pretend, to_author=to_author))
        assert (event.client_id if to_author else None) == found.get("client_id")

    @given(strategies.any_timeline_event)
    def test_never_shows_what_is_the_houses_own(self, event: events.AnyTimelineEvent) -> None:
        assert not HOUSES_OWN & shown(rendering.live(event, BODY, pretend, to_author=True)).keys()

    @given(strategies.any_timeline_event)
    def test_is_the_same_in_the_timeline_but_for_the_fate_of_a_message(self, event: events.AnyTimelineEvent) -> None:
        at_once = shown(rendering.live(event, BODY, pretend, to_author=True))
        later = shown(rendering.in_timeline(event, BODY, pretend, Fate(), to_author=True))
        is_message = isinstance(event, events.MessageSent)
        fate: dict[str, Any] = {"edited_at": None, "is_deleted": False, "reactions": []} if is_message else {}
        assert at_once | fate == later


class TestMessageInTheTimeline:
    def test_shows_what_became_of_it(self) -> None:
        fate = Fate(edited_at=sent(3).at, reactions=[frames.Reaction(BOB, "👍")])
        expected = {"edited_at": sent(3).at, "is_deleted": False, "reactions": [{"user_id": BOB, "emoji": "👍"}]}
        assert live(sent(2)) | expected == in_timeline(sent(2), fate)

    def test_of_a_deleted_one_nothing_is_said(self) -> None:
        found = in_timeline(sent(2), Fate(is_deleted=True))
        assert (None, True, []) == (found["body"], found["is_deleted"], found["reactions"])


class TestReceipts:
    def test_delivered(self) -> None:
        event = delivered(5, 2)
        expected = {
            "type": "DeliveredAdvanced",
            "conversation_id": CONVERSATION,
            "user_id": BOB,
            "from_seq": 2,
            "to_seq": 5,
            "at": event.at,
        }
        assert expected == shown(rendering.delivered_advanced(event))

    def test_read(self) -> None:
        found = shown(rendering.read_advanced(read(5, 2)))
        assert ("ReadAdvanced", BOB, 2, 5) == (found["type"], found["user_id"], found["from_seq"], found["to_seq"])

    def test_of_a_read_only_that_it_was_delivered_may_be_shown(self) -> None:
        event = read(5, 2, delivered_from_seq=3)
        expected = shown(rendering.delivered_advanced(delivered(5, 3)))
        assert expected == shown(rendering.delivered_advanced(event))

    def test_who_sends_has_read_what_came_before(self) -> None:
        found = shown(rendering.read_by_sending(sent(5, read_from_seq=2)))
        assert ("ReadAdvanced", ALICE, 2, 5) == (found["type"], found["user_id"], found["from_seq"], found["to_seq"])

    @pytest.mark.parametrize("frame", [rendering.read_advanced(read()), rendering.delivered_advanced(delivered())])
    def test_never_show_what_is_the_houses_own(self, frame: bytes) -> None:
        assert not HOUSES_OWN & shown(frame).keys()


class TestBlockSet:
    @pytest.mark.parametrize("is_blocked", [True, False])
    def test_says_whom(self, *, is_blocked: bool) -> None:
        expected = {"type": "BlockSet", "conversation_id": CONVERSATION, "user_id": BOB, "is_blocked": is_blocked}
        assert expected == shown(rendering.block_set(blocked(BOB, is_blocked=is_blocked)))


class TestCommandRefused:
    @given(strategies.commands_refused)
    def test_says_why(self, event: events.CommandRefused) -> None:
        told = msgspec.json.decode(rendering.command_refused(event), type=frames.CommandRefused)
        expected = (event.conversation_id, event.client_id, event.command, event.reason, event.detail)
        assert expected == (told.conversation_id, told.client_id, told.command, told.reason, told.detail)

    def test_null_is_said_of_a_command_that_has_no_client_id(self) -> None:
        found = shown(rendering.command_refused(refused("beyond-head", client_id=None, command="AcknowledgeRead")))
        assert (None, "AcknowledgeRead") == (found["client_id"], found["command"])
