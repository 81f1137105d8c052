"""Sent, delivered, read: the rules of FACTS."""

from clients.python import Conversation, Tick, tick
from clients.python.frames import AnyTimelineEvent, MessageSent
from clients.python.local import from_summary
from tests.clients.builders import (
    ALICE,
    BOB,
    CAROL,
    added,
    created,
    delivered,
    edited,
    group_row,
    message,
    read,
    removed,
)

MINE = message(2, sender=ALICE)


def group(*events: AnyTimelineEvent) -> Conversation:
    copy = Conversation("c", own_user_id=ALICE)
    for event in (created(ALICE, BOB, CAROL), MINE, *events):
        copy.accept(event)
    return copy


def now(copy: Conversation) -> Tick:
    mine = copy.events[2]
    assert isinstance(mine, MessageSent)
    return tick(mine, copy)


class TestTick:
    def test_sent(self) -> None:
        assert Tick.SENT is now(group())

    def test_group_needs_every_member(self) -> None:
        copy = group()
        copy.watermarks.advance(read(2, BOB))
        assert Tick.SENT is now(copy)
        copy.watermarks.advance(delivered(2, CAROL))
        assert Tick.DELIVERED is now(copy)
        copy.watermarks.advance(read(2, CAROL))
        assert Tick.READ is now(copy)

    def test_who_left_does_not_count(self) -> None:
        copy = group(removed(3, CAROL, actor=CAROL))
        copy.watermarks.advance(read(3, BOB))
        assert Tick.READ is now(copy)

    def test_who_joined_later_does_not_count(self) -> None:
        copy = group(removed(3, CAROL, actor=CAROL), added(4, CAROL))
        copy.watermarks.advance(read(4, BOB))
        assert Tick.READ is now(copy)

    def test_edit_takes_the_ticks_back_until_it_is_passed(self) -> None:
        copy = group(message(3), edited(4, 2, "better", actor=ALICE))
        for user_id in (BOB, CAROL):
            copy.watermarks.advance(read(3, user_id))
        assert Tick.SENT is now(copy)
        for user_id in (BOB, CAROL):
            copy.watermarks.advance(delivered(4, user_id))
        assert Tick.DELIVERED is now(copy)

    def test_alone_it_stays_sent(self) -> None:
        assert Tick.SENT is now(group(removed(3, BOB), removed(4, CAROL)))

    def test_sent_while_the_members_are_not_known(self) -> None:
        copy = from_summary(group_row(1), ALICE)
        copy.accept(MINE)
        copy.watermarks.advance(read(2, BOB))
        assert Tick.SENT is now(copy)

    def test_direct(self) -> None:
        copy = Conversation("c", own_user_id=ALICE)
        copy.accept(message(1))
        copy.accept(MINE)
        copy.watermarks.advance(read(2))
        assert Tick.READ is now(copy)
