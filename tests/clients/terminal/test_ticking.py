"""Ticks that change after their line was shown."""

from clients.python import Conversation, Tick
from clients.terminal.ticking import Ticking
from tests.clients.builders import ALICE, delivered, edited, message, read


def conversation() -> Conversation:
    copy = Conversation("c", own_user_id=ALICE)
    for seq in (1, 2, 3):
        copy.accept(message(seq, sender=ALICE))
    return copy


def shown(copy: Conversation) -> Ticking:
    ticking = Ticking()
    for message_ in copy.messages:
        ticking.show(message_, copy)
    return ticking


class TestRisen:
    def test_nothing_while_nothing_changes(self) -> None:
        copy = conversation()
        assert {} == shown(copy).risen(copy)

    def test_each_with_its_tick_and_once(self) -> None:
        copy = conversation()
        ticking = shown(copy)
        copy.watermarks.advance(delivered(3))
        copy.watermarks.advance(read(1))
        assert {Tick.READ: [1], Tick.DELIVERED: [2, 3]} == ticking.risen(copy)
        assert {} == ticking.risen(copy)

    def test_again_after_an_edit(self) -> None:
        copy = conversation()
        copy.watermarks.advance(read(3))
        ticking = shown(copy)
        copy.accept(edited(4, 2, "better", actor=ALICE))
        assert {} == ticking.risen(copy)
        copy.watermarks.advance(delivered(4))
        assert {Tick.DELIVERED: [2]} == ticking.risen(copy)
