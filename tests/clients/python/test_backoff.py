"""Waits grow, are spread, and respect what the server asks."""

from random import Random

from clients.python.backoff import Backoff


class TestBackoff:
    def test_waits_grow_up_to_the_longest(self) -> None:
        backoff = Backoff(first_seconds=1.0, longest_seconds=8.0, random=Random(1))
        waits = [backoff.next_seconds() for _ in range(200)]
        assert waits[0] <= 1.0
        assert 7.0 < max(waits) <= 8.0

    def test_clients_spread(self) -> None:
        waits = {Backoff(random=Random(seed)).next_seconds() for seed in range(100)}
        assert 100 == len(waits)

    def test_no_less_than_the_server_asks(self) -> None:
        assert 5.0 <= Backoff(first_seconds=0.1).next_seconds(at_least_seconds=5.0) <= 5.1

    def test_short_again_after_success(self) -> None:
        backoff = Backoff(first_seconds=1.0, longest_seconds=1000.0)
        for _ in range(10):
            backoff.next_seconds()
        backoff.reset()
        assert backoff.next_seconds() <= 1.0
