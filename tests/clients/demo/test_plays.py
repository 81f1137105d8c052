"""The plays: their language, and that their words are the corpus's."""

import re
from collections import Counter

import pytest

from clients.demo.people import PEOPLE
from clients.demo.plays import AllRead, Play, Reacts, Says, Shows, plays
from tests.chaos.dialogues import dialogues


class TestPlays:
    def test_every_step(self) -> None:
        text = """
# a remark
== group "Two words" ann ben
ann: Hi: you
ben answers: Hello
ann shows sea: The sea
ben reacts 🌊
all read
== direct ben ann
ben: Alone
"""
        steps = (
            Says("ann", "Hi: you"),
            Says("ben", "Hello", is_reply=True),
            Shows("ann", "sea", "The sea"),
            Reacts("ben", "🌊"),
            AllRead(),
        )
        expected = (
            Play("Two words", ("ann", "ben"), steps),
            Play(None, ("ben", "ann"), (Says("ben", "Alone"),)),
        )
        assert expected == plays(text)

    @pytest.mark.parametrize(
        "line", ["ann sings: la", "cat: who am I?", "ann shows nothing: of that name", "ann reacts", "ann", "sea: : "]
    )
    def test_no_step(self, line: str) -> None:
        with pytest.raises(ValueError, match=re.escape(line)):
            plays(f"== direct ann ben\n{line}")


class TestThePlays:
    def test_are_of_the_people(self) -> None:
        assert {who for play in plays() for who in play.cast} <= {person.handle for person in PEOPLE}

    def test_have_names_of_their_own(self) -> None:
        """And no two are the same direct conversation."""
        assert {1} == set(Counter(play.title or frozenset(play.cast) for play in plays()).values())

    def test_begin_with_a_message(self) -> None:
        assert all(isinstance(play.steps[0], Says | Shows) for play in plays())

    def test_leave_alice_something_to_read(self) -> None:
        unread = [play for play in plays() if "alice" in play.cast and play.steps[-1] != AllRead()]
        assert len(unread) >= 3

    def test_are_from_the_corpus(self) -> None:
        corpus = {" ".join(line.split()) for dialogue in dialogues() for line in dialogue}
        said = [step.text for play in plays() for step in play.steps if isinstance(step, Says) and step.who != "echo"]
        assert len(said) > 90
        assert [] == [text for text in said if text not in corpus]
