"""What a call counts against, and whom it counts for."""

from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from redis.asyncio import Redis
from starlette.requests import Request

from api.limits import Limits, address
from api.problems import Problem
from api.settings import ApiSettings
from schemas import frames
from tests.builders import ALICE, BOB, CONVERSATION, PHONE, frame
from tests.infra.stores.connecting import NOWHERE

SETTINGS = ApiSettings(
    open_calls_per_minute=6, tickets_per_minute=3, messages_burst=2, messages_per_second=0.1, frames_burst=4,
    frames_per_second=0.1,
)  # fmt: skip


def request(peer: str, headers: Sequence[tuple[bytes, bytes]] = ()) -> Request:
    return Request({"type": "http", "client": (peer, 1), "headers": list(headers)})


@pytest.fixture
async def limits() -> AsyncIterator[Limits]:
    async with Redis.from_url(f"redis://{NOWHERE}/0") as nowhere:
        yield Limits(nowhere, SETTINGS)


def times(call: Callable[[], None]) -> tuple[int, Problem]:
    """How often one may call, and what one is told then."""
    for count in range(100):
        try:
            call()
        except Problem as problem:
            return count, problem
    raise AssertionError("there is no limit")


class TestLimits:
    async def test_open_calls_by_address(self, limits: Limits) -> None:
        count, problem = times(lambda: limits.open_call("192.0.2.1"))
        assert (6, 429, "10") == (count, problem.status, problem.headers["Retry-After"])
        limits.open_call("192.0.2.2")

    async def test_tickets_by_device(self, limits: Limits) -> None:
        count, problem = times(lambda: limits.ticket(PHONE))
        assert (3, "rate-limited", "20") == (count, problem.code, problem.headers["Retry-After"])

    async def test_messages_by_user(self, limits: Limits) -> None:
        count, problem = times(lambda: limits.command(ALICE, frame()))
        assert (2, "10") == (count, problem.headers["Retry-After"])
        limits.command(BOB, frame())

    async def test_other_commands_by_user_and_apart_from_messages(self, limits: Limits) -> None:
        leaving = frames.LeaveGroup(client_id="l1", conversation_id=CONVERSATION)
        count, _ = times(lambda: limits.command(ALICE, leaving))
        assert 4 == count
        limits.command(ALICE, frame())


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
