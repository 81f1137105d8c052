"""Whether a gateway still holds its lease, as far as it knows what the log confirmed."""

from gateway.lease import Held
from schemas.presence import LEASE_SECONDS


class TestHeld:
    def test_held_while_it_is_confirmed_in_time(self) -> None:
        held = Held(0.0)

        held.confirm(1.0, 1.2)

        assert not held.has_lapsed(1.0 + LEASE_SECONDS)

    def test_lapsed_when_nothing_is_confirmed(self) -> None:
        assert Held(0.0).has_lapsed(LEASE_SECONDS + 0.1)

    def test_lapsed_for_good_when_it_is_confirmed_too_late(self) -> None:
        held = Held(0.0)

        held.confirm(LEASE_SECONDS - 0.1, LEASE_SECONDS + 0.1)

        assert held.has_lapsed(LEASE_SECONDS + 0.1)
