"""Dead letters as their records leave them."""

from infra.operator.letters import Letter, fold
from infra.stores.log_reading import Record
from schemas.codec import encode
from schemas.dead_letters import AnyDeadLetter, DeadLetter, DeadLetterSettled
from schemas.times import timestamp
from tests.builders import START_MS

LETTER = DeadLetter(
    topic="conversation.commands",
    partition=1,
    offset=2,
    agent="a",
    cause="c",
    at=timestamp(START_MS),
    key=b"k",
    value=b"{",
)


def records(*values: AnyDeadLetter) -> list[Record]:
    return [Record("dead.letters", 0, at, START_MS, None, encode(value), ()) for at, value in enumerate(values)]


def settled(letter: int, how: str = "dropped") -> DeadLetterSettled:
    return DeadLetterSettled(letter=letter, how=how, at=timestamp(START_MS))  # type: ignore[arg-type]  # from a test


class TestFold:
    def test_open_until_it_is_settled(self) -> None:
        assert {0: Letter(0, LETTER, None)} == fold(records(LETTER))
        assert {0: Letter(0, LETTER, "dropped")} == fold(records(LETTER, settled(0)))

    def test_each_by_its_number(self) -> None:
        found = fold(records(LETTER, LETTER, settled(1, "retried"), LETTER))
        assert {0: None, 1: "retried", 3: None} == {number: one.settled for number, one in found.items()}

    def test_a_word_about_nothing(self) -> None:
        assert {} == fold(records(settled(7)))
