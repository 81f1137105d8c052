"""A ticket is the house's, short-lived, and says whom it is for."""

from hypothesis import example, given
from hypothesis import strategies as st

from schemas import tickets
from tests.builders import ALICE, PHONE, START_MS

SECRET = b"a secret"
TICKET = tickets.issue(SECRET, ALICE, PHONE, START_MS)


class TestVerify:
    def test_good(self) -> None:
        ticket = tickets.verify(SECRET, TICKET, START_MS + 1)
        assert ticket is not None
        assert (ALICE, PHONE) == (ticket.user_id, ticket.device_id)

    def test_expired(self) -> None:
        end_ms = START_MS + tickets.LIFE_SECONDS * 1000
        assert tickets.verify(SECRET, TICKET, end_ms - 1) is not None
        assert tickets.verify(SECRET, TICKET, end_ms) is None

    def test_of_another_house(self) -> None:
        assert tickets.verify(b"another secret", TICKET, START_MS) is None

    @given(st.integers(0, len(TICKET) - 1), st.characters())
    def test_changed_anywhere(self, at: int, character: str) -> None:
        changed = TICKET[:at] + character + TICKET[at + 1 :]
        assert (changed == TICKET) == (tickets.verify(SECRET, changed, START_MS) is not None)

    @given(st.text())
    @example("")
    @example(".")
    @example("\ud800.\0")
    @example(TICKET + ".")
    @example(TICKET.partition(".")[0])
    def test_never_raises(self, text: str) -> None:
        assert tickets.verify(SECRET, text, START_MS) is None


class TestIssue:
    def test_each_is_another(self) -> None:
        assert tickets.issue(SECRET, ALICE, PHONE, START_MS) != TICKET

    def test_life_is_the_callers_to_say(self) -> None:
        ticket = tickets.issue(SECRET, ALICE, PHONE, START_MS, life_seconds=1)
        assert tickets.verify(SECRET, ticket, START_MS + 1000) is None
