"""What the echo says to what, and to whom it owes an answer."""

import pytest
from msgspec.structs import replace

from clients.demo.answers import Draws, Leaves, Returns, Says, answer, answer_id, reaction, unanswered
from clients.demo.drawing import PICTURES
from clients.python import MessageSent
from clients.python.events import Body
from tests.clients.builders import ALICE, BOB, message

ECHO = ALICE  # whose copies the builders make


def photo(caption: str | None = None) -> MessageSent:
    return replace(message(1), body=Body("media", media_id="m", caption=caption))


class TestAnswer:
    @pytest.mark.parametrize("text", ["hello", "Help me", "<b>", " spaces "])
    def test_repeats(self, text: str) -> None:
        assert Says(text) == answer(message(1, text=text))

    @pytest.mark.parametrize("text", ["help", "HELP", "/help", " help! "])
    def test_says_what_it_can_do(self, text: str) -> None:
        said = answer(message(1, text=text))
        assert isinstance(said, Says)
        assert all(word in said.text for word in ("photo", "edit", "delete", "away", "help"))

    def test_edits_and_takes_back(self) -> None:
        edited, taken_back = answer(message(1, text="edit")), answer(message(1, text="delete"))
        assert isinstance(edited, Says)
        assert edited.edited not in {None, edited.text}
        assert isinstance(taken_back, Says)
        assert taken_back.is_taken_back

    def test_leaves(self) -> None:
        assert isinstance(answer(message(1, text="away")), Leaves)

    def test_shows_one_picture_after_the_other(self) -> None:
        shown = [answer(replace(message(1, text="photo"), message_number=number)) for number in range(len(PICTURES))]
        assert set(PICTURES) == {one.picture for one in shown if isinstance(one, Draws)}

    def test_returns_what_it_was_sent(self) -> None:
        assert Returns("m", "look") == answer(photo("look"))
        assert Returns("m", "A fine picture!") == answer(photo())


class TestReaction:
    @pytest.mark.parametrize(
        ("text", "emoji"), [("Thank you", "❤️"), ("tell me a joke", "😂"), ("Hurray!", "🎉"), ("well", None)]
    )
    def test_fits(self, text: str, emoji: str | None) -> None:
        assert emoji == reaction(replace(message(1, text=text), message_number=1))

    def test_a_thumb_now_and_then(self) -> None:
        thumbs = [reaction(replace(message(1, text="well"), message_number=number)) for number in range(1, 7)]
        assert [None, None, "👍", None, None, "👍"] == thumbs

    def test_to_a_photo(self) -> None:
        assert "😍" == reaction(photo())


class TestUnanswered:
    def test_what_has_no_answer(self) -> None:
        first, second = message(1, text="one"), message(2, text="two")
        answered = message(3, sender=ECHO, client_id=answer_id(first))
        assert [second] == unanswered([first, second, answered], ECHO, is_group=False)

    def test_nothing_for_its_own_nor_for_what_was_taken_back(self) -> None:
        own, deleted = message(1, sender=ECHO, text="hi"), replace(message(2), body=None, is_deleted=True)
        assert [] == unanswered([own, deleted], ECHO, is_group=False)

    def test_another_s_client_id_is_no_answer(self) -> None:
        first = message(1, text="one")
        other = message(2, sender=BOB, client_id=answer_id(first))
        assert [first, other] == unanswered([first, other], ECHO, is_group=False)

    def test_in_a_group_only_who_calls_it(self) -> None:
        called = [message(1, text="Hello Echo"), replace(message(2, text="you there"), mentions=(ECHO,))]
        assert called == unanswered([*called, message(3, text="hello")], ECHO, is_group=True)
