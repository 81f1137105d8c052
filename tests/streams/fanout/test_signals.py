"""Who is told that somebody writes."""

from infra.stores.memberships import Member, Roster
from streams.fanout.signals import listeners
from tests.builders import ALICE, BOB, CAROL, CONVERSATION
from tests.builders.presence import typing

ALL = Roster((Member(ALICE, 1), Member(BOB, 1), Member(CAROL, 2)))


class TestListeners:
    def test_the_other_members(self) -> None:
        assert [BOB, CAROL] == listeners(typing(), {CONVERSATION: ALL})

    def test_nobody_where_there_is_no_conversation(self) -> None:
        assert [] == listeners(typing(), {})

    def test_nobody_when_the_writer_is_no_member(self) -> None:
        assert [] == listeners(typing(CAROL), {CONVERSATION: Roster((Member(ALICE, 1), Member(BOB, 1)))})

    def test_nobody_when_the_writer_has_left(self) -> None:
        assert [] == listeners(typing(), {CONVERSATION: Roster((Member(ALICE, 1, 3), Member(BOB, 1)))})

    def test_not_those_who_have_left(self) -> None:
        roster = Roster((Member(ALICE, 1), Member(BOB, 1, 3), Member(CAROL, 1)))
        assert [CAROL] == listeners(typing(), {CONVERSATION: roster})

    def test_nobody_where_one_blocks_the_other(self) -> None:
        roster = Roster((Member(ALICE, 1), Member(BOB, 1)), (BOB,))
        assert [] == listeners(typing(), {CONVERSATION: roster})
