"""Where the messages of each pair go."""

from tests.bench.pairs import targets_of
from tests.bench.text import Envelope, to_conversation


def test_both_of_a_pair_write_to_its_conversation() -> None:
    begun = [Envelope("a", 1, "m1"), Envelope("b", 4, "m2")]
    assert [to_conversation(id_) for id_ in ("a", "a", "b", "b")] == targets_of(begun)
