"""Events to writes of the inbox. What the store makes of them is in tests/infra/stores/test_inbox."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from infra.stores import inbox_writes as rows
from infra.stores.inbox_writes import Change, Head, InboxWrites, Reached, Silent
from schemas.bodies import SealedText
from schemas.codec import encode
from schemas.events import AnyEvent, AnyTimelineEvent, MessageSent
from schemas.times import timestamp
from streams.inbox.project import Logged, project
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    CONVERSATION,
    DAVE,
    OTHER_CONVERSATION,
    SEALED_NAME,
    START_MS,
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
    repeated,
    role_changed,
    sent,
    settings_changed,
)
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import decide_all, timeline


def writes_of(*events: AnyEvent, heads: Mapping[str, int] | None = None) -> InboxWrites:
    return project([Logged(event, encode(event)) for event in events], heads or {})


class TestMessageSent:
    def test_the_first_brings_the_members(self) -> None:
        assert [rows.Joined(CONVERSATION, 1, [ALICE, BOB])] == writes_of(sent(1)).changes

    def test_moves_the_head_and_brings_its_sender_there(self) -> None:
        last = sent(5, actor_id=BOB, read_from_seq=4)
        expected = InboxWrites(
            heads=[Head(CONVERSATION, "direct", 5, last.at, 5, encode(last))],
            reached=[Reached(CONVERSATION, BOB, 5, 5, 5)],
        )
        assert expected == writes_of(last)

    def test_in_private_others_are_not_shown_that_it_read(self) -> None:
        assert [Reached(CONVERSATION, ALICE, 5, 0, 5)] == writes_of(sent(5, is_private=True)).reached

    def test_that_reads_others_is_a_receipt_too(self) -> None:
        last = sent(5, read_from_seq=2)
        assert [rows.Advance(CONVERSATION, last.at)] == writes_of(last).advances

    def test_is_not_silent(self) -> None:
        assert [] == writes_of(sent(1), sent(2)).silent


class TestGroups:
    def test_created_with_its_members_its_admin_and_its_name(self) -> None:
        expected = [
            rows.Joined(CONVERSATION, 1, [ALICE, BOB, CAROL]),
            rows.RoleSet(CONVERSATION, ALICE, "admin"),
            rows.SettingsSet(CONVERSATION, name=SEALED_NAME.sealed),
        ]
        writes = writes_of(created())
        assert expected == writes.changes
        assert [Head(CONVERSATION, "group", 1, created().at)] == writes.heads
        assert [Reached(CONVERSATION, ALICE, 1, 1, 1)] == writes.reached

    @pytest.mark.parametrize(
        ("event", "changes"),
        [
            (added(5, member_ids=[CAROL, DAVE]), [rows.Joined(CONVERSATION, 5, [CAROL, DAVE])]),
            (removed(5), [rows.Left(CONVERSATION, 5, removed(5).at, BOB)]),
            (
                removed(5, user_id=ALICE, actor_id=ALICE, promoted_user_id=BOB),
                [rows.Left(CONVERSATION, 5, removed(5).at, ALICE), rows.RoleSet(CONVERSATION, BOB, "admin")],
            ),
            (role_changed(5), [rows.RoleSet(CONVERSATION, BOB, "admin")]),
            (
                settings_changed(5, who_can_send="admins"),
                [rows.SettingsSet(CONVERSATION, who_can_send="admins")],
            ),
            (
                settings_changed(5, description=SealedText(b"about"), avatar_media_id=None),
                [rows.SettingsSet(CONVERSATION, description=b"about", avatar=(None,))],
            ),
            (edited(5, sent(3)), [rows.Edited(CONVERSATION, 3, 5, encode(edited(5, sent(3))))]),
            (deleted(5, sent(3)), [rows.Deleted(CONVERSATION, 3)]),
            (reacted(5, sent(3)), [rows.Reacted(CONVERSATION, 3, BOB, "👍")]),
            (reacted(5, sent(3), emoji=None), [rows.Reacted(CONVERSATION, 3, BOB, None)]),
        ],
        ids=lambda one: type(one).__name__ if not isinstance(one, list) else "",
    )
    def test_every_other_event_moves_the_head_silently(
        self, event: AnyTimelineEvent, changes: Sequence[Change]
    ) -> None:
        writes = writes_of(event)
        assert list(changes) == writes.changes
        assert ([5], [None]) == ([one.seq for one in writes.heads], [one.message for one in writes.heads])
        assert [Silent(CONVERSATION, 5)] == writes.silent
        assert [] == writes.reached

    def test_the_head_keeps_the_last_message_of_the_batch(self) -> None:
        (head,) = writes_of(created(), sent(2), role_changed(3)).heads
        assert ("group", 3, 2, encode(sent(2))) == (head.kind, head.seq, head.message_seq, head.message)


class TestReceipts:
    def test_of_delivery(self) -> None:
        expected = InboxWrites(
            reached=[Reached(CONVERSATION, BOB, delivered_seq=5)],
            advances=[rows.Advance(CONVERSATION, delivered(5).at)],
        )
        assert expected == writes_of(delivered(5))

    @pytest.mark.parametrize(("is_private", "shown_seq"), [(False, 5), (True, 0)])
    def test_of_reading(self, *, is_private: bool, shown_seq: int) -> None:
        writes = writes_of(read(5, is_private=is_private))
        assert [Reached(CONVERSATION, BOB, 5, shown_seq, 5)] == writes.reached

    def test_of_one_member_become_one_row(self) -> None:
        writes = writes_of(read(3), delivered(7), read(2), read(6, is_private=True))
        assert [Reached(CONVERSATION, BOB, 6, 3, 7)] == writes.reached
        assert 1 == len(writes.advances)

    def test_the_latest_time_counts_also_before_an_earlier_one(self) -> None:
        later, earlier = replace(delivered(5), at=timestamp(START_MS + 1)), replace(read(5), at=timestamp(START_MS))
        assert [rows.Advance(CONVERSATION, later.at)] == writes_of(later, earlier).advances


class TestBlocks:
    def test_the_last_of_a_pair_is_written(self) -> None:
        some = [blocked(command_offset=1), blocked(ALICE, actor_id=BOB, command_offset=2)]
        writes = writes_of(*some, blocked(is_blocked=False, command_offset=3))
        expected = [
            rows.Block(ALICE, BOB, CONVERSATION, is_blocked=False, command_offset=3),
            rows.Block(BOB, ALICE, CONVERSATION, is_blocked=True, command_offset=2),
        ]
        assert expected == writes.blocks


class TestAnswers:
    def test_write_nothing(self) -> None:
        assert InboxWrites() == writes_of(refused(), repeated(sent(1)))


class TestBatch:
    def test_only_the_last_head_of_a_conversation_is_written(self) -> None:
        writes = writes_of(sent(1), sent(2, actor_id=BOB), sent(1, conversation_id=OTHER_CONVERSATION), sent(3))
        assert {CONVERSATION: 3, OTHER_CONVERSATION: 1} == {one.conversation_id: one.seq for one in writes.heads}
        assert 2 == len(writes.heads)
        assert {(CONVERSATION, ALICE): 3, (CONVERSATION, BOB): 2, (OTHER_CONVERSATION, ALICE): 1} == {
            (one.conversation_id, one.user_id): one.read_seq for one in writes.reached
        }

    def test_the_second_record_of_a_seq_is_dropped(self) -> None:
        loser = sent(2, actor_id=BOB, client_id="other", at_ms=START_MS + 9)
        assert writes_of(sent(1), sent(2)) == writes_of(sent(1), sent(2), loser)

    @pytest.mark.parametrize("head", [2, 3])
    def test_what_the_view_has_is_dropped(self, head: int) -> None:
        some: list[AnyEvent] = [sent(1), edited(2), sent(3), deleted(4, sent(3)), sent(5)]
        expected = writes_of(*some[head:])
        assert expected == writes_of(*some, heads={CONVERSATION: head})


class TestAnyHistory:
    @given(arrivals())
    def test_what_has_a_seq_is_a_message_or_silent(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        silent = [one.seq for one in writes_of(*events).silent]
        assert [one.seq for one in timeline(events) if not isinstance(one, MessageSent)] == silent

    @given(arrivals(), st.integers(0, 20))
    def test_a_replay_writes_nothing_that_has_a_seq(self, some: list[Arrival], start: int) -> None:
        events = decide_all(some)
        heads = {CONVERSATION: len(timeline(events))}
        writes = writes_of(*events[start:], heads=heads)
        assert ([], [], []) == (writes.heads, writes.changes, writes.silent)
