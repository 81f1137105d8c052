"""Token buckets, and whom a call counts for."""

from collections.abc import Sequence

import pytest
from starlette.requests import Request

from api import limits
from api.limits import Limit, address
from api.problems import Problem


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def request(peer: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> Request:
    return Request({"type": "http", "client": (peer, 1), "headers": list(headers)})


class TestLimit:
    def test_burst_then_rate(self) -> None:
        clock = Clock()
        limit = Limit(per_second=2, burst=3, clock=clock)
        assert [0.0, 0.0, 0.0, 0.5] == [limit.take("a") for _ in range(4)]
        clock.now += 0.5
        assert [0.0, 0.5] == [limit.take("a") for _ in range(2)]

    def test_never_more_than_the_burst(self) -> None:
        clock = Clock()
        limit = Limit(per_second=2, burst=3, clock=clock)
        limit.take("a")
        clock.now += 3600
        assert 3 == [limit.take("a") for _ in range(10)].count(0.0)

    def test_keys_do_not_share(self) -> None:
        limit = Limit(per_second=1, burst=1, clock=Clock())
        assert [0.0, 0.0] == [limit.take("a"), limit.take("b")]

    def test_enforced(self) -> None:
        limit = Limit(per_second=0.1, burst=1, clock=Clock())
        limit.enforce("a")
        with pytest.raises(Problem) as refused:
            limit.enforce("a")
        assert ("rate-limited", "10") == (refused.value.code, refused.value.headers["Retry-After"])

    def test_bounded_and_fair_in_a_flood_of_keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "BUCKETS_MAX", 100)
        clock = Clock()
        limit = Limit(per_second=0.001, burst=1, clock=clock)
        for number in range(1000):
            clock.now += 0.01
            limit.take(f"key {number}")
        assert len(limit._buckets) <= 100
        assert limit.take("key 999") > 0


class TestAddress:
    def test_peer(self) -> None:
        assert "192.0.2.1" == address(request("192.0.2.1"))

    def test_last_hop_when_the_balancer_calls(self) -> None:
        headers = [(b"x-forwarded-for", b"203.0.113.9, 198.51.100.7")]
        assert "198.51.100.7" == address(request("127.0.0.1", headers))

    def test_header_of_anybody_else_is_not_believed(self) -> None:
        headers = [(b"x-forwarded-for", b"203.0.113.9")]
        assert "192.0.2.1" == address(request("192.0.2.1", headers))

    def test_ipv6_counts_by_subscriber(self) -> None:
        one, other = (address(request(f"2001:db8:1:2::{last}")) for last in (1, 2))
        assert one == other != address(request("2001:db8:1:3::1"))

    @pytest.mark.parametrize("peer", ["", "testclient", "fe80::1%eth0"])
    def test_any_text(self, peer: str) -> None:
        assert isinstance(address(request(peer)), str)
