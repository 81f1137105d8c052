"""What messages look like, and that they cannot take over the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python import Conversation
from clients.python.frames import Watermark
from clients.terminal.render import clean, event_line, tick
from tests.clients.builders import ALICE, BOB, message


def conversation(*, delivered_seq: int, read_seq: int) -> Conversation:
    marks = {BOB: Watermark(BOB, delivered_seq, read_seq)}
    return Conversation("c", kind="direct", member_ids={ALICE, BOB}, watermarks=marks)


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


class TestTick:
    def test_sent(self) -> None:
        assert "✓" == tick(message(5), conversation(delivered_seq=4, read_seq=0), ALICE)

    def test_sent_while_nothing_is_known_of_the_other(self) -> None:
        assert "✓" == tick(message(5), Conversation("c", member_ids={ALICE, BOB}), ALICE)

    def test_delivered(self) -> None:
        assert "✓✓" == tick(message(5), conversation(delivered_seq=5, read_seq=4), ALICE)

    def test_read(self) -> None:
        assert "✓✓ read" == tick(message(5), conversation(delivered_seq=5, read_seq=5), ALICE)


class TestEventLine:
    def test_anothers_message_has_their_name(self) -> None:
        assert event_line(message(1, text="hi"), None, ALICE, lambda _: "bob").endswith(" bob: hi")

    def test_lines_of_a_message_stay_together(self) -> None:
        line = event_line(message(1, text="one\n12:00 eve: two"), None, ALICE, lambda _: "bob")
        assert "one\n      12:00 eve: two" in line
