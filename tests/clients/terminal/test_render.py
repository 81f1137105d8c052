"""What messages look like, and that they cannot take over the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python import Conversation, Tick
from clients.python.frames import AnyTimelineEvent, DeliveredAdvanced, ReadAdvanced
from clients.python.resources import MemberReceipt
from clients.terminal.render import clean, event_line, info_line, list_line, risen_line
from tests.clients.builders import (
    ALICE,
    BOB,
    START,
    deleted,
    delivered,
    edited,
    message,
    reacted,
    read,
    removed,
)


def conversation(*events: AnyTimelineEvent, seen: DeliveredAdvanced | ReadAdvanced | None = None) -> Conversation:
    copy = Conversation("c", own_user_id=ALICE)
    for event in (message(1), *events):
        copy.accept(event)
    if seen is not None:
        copy.watermarks.advance(seen)
    return copy


def line(copy: Conversation | None, event: AnyTimelineEvent) -> str:
    """Without the time."""
    return event_line(event, copy, ALICE, lambda user_id: "alice" if user_id == ALICE else "bob").partition(":")[2][3:]


class TestClean:
    def test_escape_sequences_lose_their_power(self) -> None:
        assert "\ufffd[2J\ufffd]0;owned\ufffd" == clean("\x1b[2J\x1b]0;owned\x07")

    def test_writing_direction_cannot_be_turned(self) -> None:
        assert "a\ufffdb" == clean("a\u202eb")

    def test_words_stay(self) -> None:
        assert "grüße 👩‍👧 שלום\n\tok" == clean("grüße 👩‍👧 שלום\n\tok")

    @given(st.text())
    def test_never_a_control_character(self, text: str) -> None:
        assert not {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))} & set(clean(text))


class TestEventLine:
    def test_anothers_message_has_their_name(self) -> None:
        assert "bob: hi" == line(None, message(1, text="hi"))

    def test_lines_of_a_message_stay_together(self) -> None:
        assert "bob: one\n      12:00 eve: two" == line(None, message(1, text="one\n12:00 eve: two"))

    def test_own_message_has_its_tick(self) -> None:
        mine = message(2, sender=ALICE, text="hi")
        assert "✓ hi" == line(conversation(mine), mine)
        assert "✓✓ hi" == line(conversation(mine, seen=delivered(2)), mine)
        assert "✓✓ read hi" == line(conversation(mine, seen=read(2)), mine)

    def test_message_has_its_number(self) -> None:
        assert event_line(message(12), None, ALICE, str).startswith("  #12 ")

    def test_message_shows_what_became_of_it(self) -> None:
        copy = conversation(edited(2, 1, "better"), reacted(3, 1, "👍", user=ALICE), reacted(4, 1, "❤"))
        assert "bob: better (edited)  [👍 ❤]" == line(copy, copy.events[1])

    def test_changes_name_the_message(self) -> None:
        copy = conversation(edited(2, 1, "better"), deleted(3, 1))
        assert "· bob edited #1: better" == line(copy, edited(2, 1, "better"))
        assert "· bob deleted #1" == line(copy, deleted(3, 1))
        assert "· bob reacted 👍 to #1" == line(copy, reacted(4, 1, "👍"))
        assert "bob: (deleted)" == line(copy, copy.events[1])

    def test_answer_names_what_it_answers(self) -> None:
        copy = conversation()
        assert "bob: (re #1) yes" == line(copy, message(2, text="yes", reply_to="message-1"))

    def test_leaving_is_not_being_removed(self) -> None:
        assert "· bob left" == line(None, removed(2, BOB, actor=BOB))
        assert "· bob removed alice" == line(None, removed(2, ALICE, actor=BOB))


class TestOtherLines:
    def test_list_shows_unread_and_the_last_message(self) -> None:
        copy = conversation(message(2, text="news"), reacted(3, 1, "👍"))
        assert "  1  bob  (2 unread)  news" == list_line(1, copy, ALICE, lambda _: "bob")

    def test_risen_ticks(self) -> None:
        assert "      ✓✓ #3 #4 delivered" == risen_line([3, 4], Tick.DELIVERED)
        assert "      ✓✓ read #3" == risen_line([3], Tick.READ)

    def test_message_info(self) -> None:
        never = MemberReceipt(user_id=BOB)
        seen = MemberReceipt(user_id=BOB, delivered_at=START, read_at=START)
        assert "  bob: not yet delivered" == info_line(never, lambda _: "bob")
        assert ["delivered", "read"] == [word for word in info_line(seen, lambda _: "bob").split() if word.isalpha()]
