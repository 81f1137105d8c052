"""The local copy: what is unread, who is there, what the API adds."""

from msgspec.structs import replace

from clients.python import Conversation
from clients.python.frames import AnyTimelineEvent, Settings, TypingChanged
from clients.python.local import from_summary
from clients.python.roster import Seat
from tests.clients.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    added,
    created,
    deleted,
    delivered,
    described,
    edited,
    group_row,
    member,
    message,
    messages,
    reacted,
    read,
    removed,
    role_changed,
    row,
)


def copy_of(*events: AnyTimelineEvent) -> Conversation:
    copy = Conversation(CONVERSATION, own_user_id=ALICE)
    for event in events:
        copy.accept(event)
    return copy


def typing(user_id: str, *, is_typing: bool = True) -> TypingChanged:
    return TypingChanged(conversation_id=CONVERSATION, user_id=user_id, is_typing=is_typing)


class TestUnread:
    def test_others_messages_after_ones_own_read_position(self) -> None:
        copy = copy_of(*messages(1, 4), reacted(5, 1, "👍"))
        copy.watermarks.advance(read(2, ALICE))
        assert 2 == copy.unread

    def test_sending_is_reading(self) -> None:
        assert 1 == copy_of(*messages(1, 2), message(3, sender=ALICE), message(4)).unread

    def test_deleted_ones_count(self) -> None:
        assert 2 == copy_of(*messages(1, 2), deleted(3, 1)).unread

    def test_counted_by_the_api_where_too_little_is_here(self) -> None:
        copy = from_summary(row(40, unread=7), ALICE)
        copy.accept(message(41))
        assert (8, True) == (copy.unread, copy.is_unread_known)

    def test_not_known_when_another_device_has_read_what_is_not_here(self) -> None:
        copy = from_summary(row(40, unread=7), ALICE)
        copy.watermarks.advance(read(36, ALICE))
        assert not copy.is_unread_known
        assert copy.describe(row(40, unread=4))
        assert (4, True) == (copy.unread, copy.is_unread_known)


class TestMembers:
    def test_creator_is_admin(self) -> None:
        roster = copy_of(created(BOB, ALICE)).roster
        assert {BOB: Seat("admin", 1), ALICE: Seat("member", 1)} == roster.members
        assert ("Trip", Settings(), True) == (roster.name, roster.settings, roster.is_complete)

    def test_promoted_when_the_last_admin_leaves(self) -> None:
        copy = copy_of(created(BOB, ALICE, CAROL), removed(2, BOB, promoted=ALICE))
        assert {ALICE: Seat("admin", 1), CAROL: Seat("member", 1)} == copy.roster.members

    def test_who_joins_has_nothing_to_read_but_what_follows(self) -> None:
        assert 1 == copy_of(added(7), message(8)).unread

    def test_who_left_is_none(self) -> None:
        copy = copy_of(created(BOB, ALICE), removed(2))
        assert (False, {BOB}) == (copy.is_member, copy.member_ids)


class TestDescribe:
    def test_events_since_are_laid_over_what_the_api_says(self) -> None:
        copy = copy_of(added(5), role_changed(6, BOB, "admin"), removed(7, CAROL))
        summary = described(group_row(5), *(member(user_id) for user_id in (ALICE, BOB, CAROL)))
        assert copy.describe(summary)
        assert {ALICE: Seat("member", 1), BOB: Seat("admin", 1)} == copy.roster.members

    def test_older_than_what_is_here_is_of_no_use(self) -> None:
        copy = from_summary(group_row(9), ALICE)
        assert not copy.describe(described(group_row(7), member(ALICE)))

    def test_watermarks_never_fall(self) -> None:
        copy = copy_of(created(ALICE, BOB), message(2, sender=ALICE))
        copy.watermarks.advance(read(2))
        copy.describe(described(group_row(2), member(ALICE), member(BOB, delivered_seq=1)))
        assert 2 == copy.watermarks.of(BOB).read_seq

    def test_left_is_left(self) -> None:
        copy = from_summary(group_row(9, role=None), ALICE)
        assert not copy.is_member


class TestMessages:
    def test_edit_is_shown_and_marked(self) -> None:
        copy = copy_of(message(1), edited(2, 1, "better"))
        assert ("better", edited(2, 1, "").at) == (copy.messages[0].text, copy.messages[0].edited_at)

    def test_deletion_hides_the_edits_too(self) -> None:
        copy = copy_of(message(1), edited(2, 1, "better"), deleted(3, 1), edited(4, 1, "late"))
        assert (None, True) == (copy.messages[0].body, copy.messages[0].is_deleted)
        assert [replace(edited(seq, 1, ""), body=None) for seq in (2, 4)] == [copy.events[seq] for seq in (2, 4)]

    def test_one_reaction_each(self) -> None:
        copy = copy_of(message(1), reacted(2, 1, "👍"), reacted(3, 1, "❤", user=ALICE), reacted(4, 1, None))
        assert [(ALICE, "❤")] == [(one.user_id, one.emoji) for one in copy.messages[0].reactions]

    def test_page_from_before_a_change_gets_the_change(self) -> None:
        copy = from_summary(row(3), ALICE)
        copy.accept(edited(4, 2, "better"))
        copy.remember([message(1), message(2)], has_more=False)
        assert "better" == copy.messages[1].text

    def test_list_shows_the_last_message_also_under_other_events(self) -> None:
        summary = replace(row(9), head_message=message(7))
        assert message(7) == from_summary(summary, ALICE).last_message


class TestTyping:
    def test_ends_with_the_message(self) -> None:
        copy = copy_of(message(1))
        copy.set_typing(typing(BOB))
        assert {BOB} == copy.typing
        copy.accept(message(2))
        assert set() == copy.typing

    def test_ends_when_the_server_says_so(self) -> None:
        copy = copy_of(message(1))
        copy.set_typing(typing(BOB))
        copy.set_typing(typing(BOB, is_typing=False))
        assert set() == copy.typing


class TestWatermarks:
    def test_reading_implies_delivery_and_nothing_falls(self) -> None:
        copy = copy_of(*messages(1, 9))
        for frame in (read(8), delivered(5), read(3)):
            copy.watermarks.advance(frame)
        mark = copy.watermarks.of(BOB)
        assert (8, 8) == (mark.delivered_seq, mark.read_seq)
