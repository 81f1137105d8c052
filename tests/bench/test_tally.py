"""An author's tally of one message's receipts."""

from tests.bench.tally import DELIVERED, READ, Advance, Tally

MEMBERS = ("bob", "carol")


def advance(type_: str, user_id: str, to_seq: int = 7) -> Advance:
    return Advance(type_, "a group", user_id, to_seq)


def tally_of(*advances: Advance) -> Tally:
    tally = Tally(7, MEMBERS)
    for at, one in enumerate(advances, 1):
        tally.hear(one, at)
    return tally


class TestHear:
    def test_delivered_when_the_last_member_has_it(self) -> None:
        tally = tally_of(*(advance(DELIVERED, name) for name in ("bob", "bob", "carol")))
        assert (3, None) == (tally.delivered_ns, tally.read_ns)
        assert not tally.is_complete

    def test_read_implies_delivered(self) -> None:
        tally = tally_of(*(advance(READ, name) for name in MEMBERS))
        assert (2, 2) == (tally.delivered_ns, tally.read_ns)
        assert tally.is_complete

    def test_first_completion_counts(self) -> None:
        tally = tally_of(*(advance(READ, name) for name in (*MEMBERS, "bob")))
        assert (2, 2) == (tally.delivered_ns, tally.read_ns)

    def test_events_by_member(self) -> None:
        tally = tally_of(advance(DELIVERED, "bob"), advance(READ, "bob"), advance(READ, "carol"))
        assert {"bob": 2, "carol": 1} == tally.events

    def test_of_an_earlier_message_it_counts_nothing(self) -> None:
        tally = tally_of(advance(READ, "bob", 6))
        assert {} == tally.events

    def test_of_a_later_message_it_counts(self) -> None:
        assert tally_of(*(advance(READ, name, 8) for name in MEMBERS)).is_complete
