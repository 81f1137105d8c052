"""Produce requests are seen however the bytes are cut up."""

import pytest

from tests.chaos.kafka_requests import ProduceSpotter


def request(kind: int, body: bytes) -> bytes:
    head = kind.to_bytes(2)
    return (len(head) + len(body)).to_bytes(4) + head + body


class TestProduceSpotter:
    @pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
    def test_seen_among_others(self, size: int) -> None:
        said = request(1, b"fetch" * 9) + request(0, b"produce") + request(3, b"")
        spotter = ProduceSpotter()
        seen = [spotter.sees_produce(said[start : start + size]) for start in range(0, len(said), size)]
        assert 1 == sum(seen)

    def test_not_seen_in_a_body(self) -> None:
        assert not ProduceSpotter().sees_produce(request(1, request(0, b"produce")))
