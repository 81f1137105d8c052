"""Sending, editing, deleting, reacting: who may, and until when."""

import pytest
from msgspec.structs import replace

from schemas.commands import AnyCommand
from schemas.events import MessageDeleted, MessageEdited, MessageSent, ReactionSet
from schemas.ids import message_id
from schemas.times import milliseconds, timestamp
from streams.conversation.messages import DELETE_MS_MAX, EDIT_MS_MAX
from streams.conversation.state import Conversation, evolve
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    ORIGIN,
    SEALED,
    added,
    blocked,
    created,
    delete,
    deleted,
    edit,
    edited,
    react,
    read,
    removed,
    role_changed,
    send,
    sent,
    settings_changed,
    target,
)
from tests.streams.conversation.history import LATER_MS, NEW, after, fold, group, later, reason

HELLO = sent(2, message_number=1)
BOBS = sent(3, actor_id=BOB, message_number=2)
SENT_MS = milliseconds(BOBS.at)
TALKING = group(HELLO, BOBS)


def with_settings(**changes: str) -> Conversation:
    return group(HELLO, BOBS, settings_changed(4, **changes))


class TestSendMessage:
    def test_sent(self) -> None:
        expected = MessageSent(
            conversation_id=CONVERSATION,
            command_offset=900,
            at=timestamp(LATER_MS),
            actor_id=BOB,
            origin=ORIGIN,
            seq=5,
            message_number=5,
            client_id="b1",
            digest=b"digest",
            message_id=message_id(LATER_MS, 0, 900),
            body=SEALED,
            read_from_seq=0,
            read_author_ids=(ALICE,),
        )
        assert expected == later(after(4), send("b1", actor_id=BOB))

    def test_sent_to_a_group(self) -> None:
        event = later(TALKING, send("c1", actor_id=CAROL))
        assert isinstance(event, MessageSent)
        assert (4, 3, None) == (event.seq, event.message_number, event.member_ids)

    def test_the_first_of_a_direct_conversation_names_the_members(self) -> None:
        event = later(NEW, send(to_user_id=BOB))
        assert isinstance(event, MessageSent)
        assert (1, (ALICE, BOB)) == (event.seq, event.member_ids)

    def test_a_later_one_does_not(self) -> None:
        event = later(after(1), send("b1", actor_id=BOB, to_user_id=ALICE))
        assert isinstance(event, MessageSent)
        assert (2, None) == (event.seq, event.member_ids)

    def test_carries_from_where_the_read_position_moved_and_who_was_read(self) -> None:
        state = evolve(after(4), sent(5, actor_id=BOB))
        event = later(state, send("m9", is_private=True))
        assert isinstance(event, MessageSent)
        assert (4, (BOB,), True) == (event.read_from_seq, event.read_author_ids, event.is_private)

    def test_nobody_was_read_who_had_been_read_before(self) -> None:
        state = fold([read(4)], after(4))
        event = later(state, send("b1", actor_id=BOB))
        assert isinstance(event, MessageSent)
        assert (4, ()) == (event.read_from_seq, event.read_author_ids)

    @pytest.mark.parametrize("to_user_id", [None, ALICE])
    def test_refused_when_not_a_member(self, to_user_id: str | None) -> None:
        assert "not-a-member" == reason(after(4), send(actor_id=CAROL, to_user_id=to_user_id))

    def test_refused_when_nobody_is_named_in_a_new_conversation(self) -> None:
        assert "not-a-member" == reason(NEW, send())

    def test_refused_when_removed(self) -> None:
        assert "not-a-member" == reason(group(removed(2, user_id=BOB)), send(actor_id=BOB))

    def test_sent_when_added_again(self) -> None:
        state = group(removed(2, user_id=BOB), added(3, member_ids=[BOB]))
        event = later(state, send("b1", actor_id=BOB))
        assert isinstance(event, MessageSent)
        assert (4, 2) == (event.seq, event.read_from_seq)

    def test_refused_where_admins_alone_may_send(self) -> None:
        state = with_settings(who_can_send="admins")
        assert "not-an-admin" == reason(state, send("b1", actor_id=BOB))
        assert isinstance(later(state, send("a9")), MessageSent)
        promoted = evolve(state, role_changed(5, user_id=BOB))
        assert isinstance(later(promoted, send("b1", actor_id=BOB)), MessageSent)


class TestEditMessage:
    def test_edited(self) -> None:
        event = later(TALKING, edit("e9", BOBS, actor_id=BOB))
        assert isinstance(event, MessageEdited)
        expected = (4, 2, BOBS.message_id, 3, SEALED)
        assert expected == (event.seq, event.message_number, event.message_id, event.message_seq, event.body)

    def test_within_15_minutes(self) -> None:
        last = edit("e9", BOBS, actor_id=BOB)
        assert isinstance(later(TALKING, last, SENT_MS + EDIT_MS_MAX), MessageEdited)
        assert "too-late" == reason(TALKING, last, SENT_MS + EDIT_MS_MAX + 1)

    @pytest.mark.parametrize("actor_id", [ALICE, CAROL])
    def test_refused_when_anothers_even_for_admins(self, actor_id: str) -> None:
        assert "not-the-author" == reason(TALKING, edit("e9", BOBS, actor_id=actor_id))

    def test_anothers_is_not_the_authors_however_late(self) -> None:
        assert "not-the-author" == reason(TALKING, edit("e9", BOBS), SENT_MS + EDIT_MS_MAX + 1)


class TestDeleteMessage:
    def test_deleted_by_its_author(self) -> None:
        event = later(TALKING, delete("d9", BOBS, actor_id=BOB))
        assert isinstance(event, MessageDeleted)
        assert (4, 2, BOBS.message_id, 3) == (event.seq, event.message_number, event.message_id, event.message_seq)

    def test_within_48_hours(self) -> None:
        last = delete("d9", BOBS, actor_id=BOB)
        assert isinstance(later(TALKING, last, SENT_MS + DELETE_MS_MAX), MessageDeleted)
        assert "too-late" == reason(TALKING, last, SENT_MS + DELETE_MS_MAX + 1)

    def test_by_an_admin_whose_ever_and_at_any_time(self) -> None:
        assert isinstance(later(TALKING, delete("d9", BOBS), SENT_MS + 2 * DELETE_MS_MAX), MessageDeleted)

    def test_refused_when_anothers(self) -> None:
        assert "not-the-author" == reason(TALKING, delete("d9", BOBS, actor_id=CAROL))

    def test_nobody_is_an_admin_of_a_direct_conversation(self) -> None:
        assert "not-the-author" == reason(after(4), delete("d9", sent(4), actor_id=BOB))

    def test_possible_though_one_is_blocked(self) -> None:
        assert isinstance(later(fold([blocked()], after(4)), delete("d9", sent(4))), MessageDeleted)


class TestSetReaction:
    @pytest.mark.parametrize("emoji", ["👍", None])
    def test_set_by_any_member(self, emoji: str | None) -> None:
        event = later(TALKING, react("r9", BOBS, emoji=emoji, actor_id=CAROL))
        assert isinstance(event, ReactionSet)
        assert (4, CAROL, BOBS.message_id, 3, emoji) == (
            event.seq,
            event.actor_id,
            event.message_id,
            event.message_seq,
            event.emoji,
        )

    def test_at_any_time(self) -> None:
        assert isinstance(later(TALKING, react("r9", BOBS), SENT_MS + 3 * DELETE_MS_MAX), ReactionSet)


def about(message: MessageSent, actor_id: str) -> list[AnyCommand]:
    """All that one can do with a message."""
    return [
        edit("z1", message, actor_id=actor_id),
        delete("z2", message, actor_id=actor_id),
        react("z3", message, actor_id=actor_id),
    ]


class TestAnyChange:
    def test_refused_when_not_a_member(self) -> None:
        reasons = [reason(TALKING, command) for command in about(HELLO, DAVE)]
        assert ["not-a-member"] * 3 == reasons

    def test_refused_when_one_has_left(self) -> None:
        state = evolve(TALKING, removed(4, user_id=BOB, actor_id=BOB))
        assert ["not-a-member"] * 3 == [reason(state, command) for command in about(BOBS, BOB)]

    def test_refused_when_it_was_sent_before_one_joined(self) -> None:
        state = evolve(TALKING, added(4, member_ids=[DAVE]))
        assert ["not-found"] * 3 == [reason(state, command) for command in about(HELLO, DAVE)]

    def test_refused_when_it_was_sent_before_one_came_again(self) -> None:
        state = fold([removed(4, user_id=BOB), added(5, member_ids=[BOB])], TALKING)
        assert ["not-found"] * 3 == [reason(state, command) for command in about(BOBS, BOB)]

    def test_possible_with_what_was_sent_since(self) -> None:
        newer = sent(6, actor_id=BOB, message_number=3)
        state = fold([removed(4, user_id=BOB), added(5, member_ids=[BOB]), newer], TALKING)
        assert all(not hasattr(later(state, command), "reason") for command in about(newer, BOB))

    def test_refused_when_it_was_deleted(self) -> None:
        gone = replace(target(BOBS), is_deleted=True)
        commands: list[AnyCommand] = [
            replace(edit(actor_id=BOB), target=gone),
            replace(delete(), target=gone),
            replace(react(), target=gone),
        ]
        assert ["not-found"] * 3 == [reason(TALKING, command) for command in commands]

    def test_refused_where_one_blocks_the_other(self) -> None:
        state = fold([blocked()], after(4))
        writing: list[AnyCommand] = [send("z9"), send("z8", actor_id=BOB), edit("z1", sent(4)), react("z3", sent(4))]
        assert ["blocked"] * 4 == [reason(state, command) for command in writing]

    def test_refused_just_after_a_deletion_that_the_door_did_not_see(self) -> None:
        state = evolve(TALKING, deleted(4, BOBS, actor_id=BOB, message_number=2))
        assert ["not-found"] * 3 == [reason(state, command) for command in about(BOBS, BOB)]


class TestReceiptsOfAnEditedMessage:
    def test_count_from_the_edit_on(self) -> None:
        """The edit counts as something sent: who passes it has read the text as it is now."""
        state = fold([created(), HELLO, edited(3, HELLO), read(2, actor_id=BOB)])
        author = state.member(ALICE)
        assert author is not None
        assert author.has_sent_within(2, 3)
