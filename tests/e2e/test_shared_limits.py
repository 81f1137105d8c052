"""Limits are a user's, not a socket's: one for all devices, at every gateway and over HTTP."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from clients.python import ApiError, ConnectionLost, MessageSent
from clients.python.frames import RateLimited
from infra.local.stack import Stack
from tests.e2e.gateway import OwnGateway
from tests.e2e.line import Line, Lines
from tests.e2e.people import People, send_message

MISERLY = {"MESSAGES_PER_SECOND": "0.05", "MESSAGES_BURST": "5"}
DEADLINE_SECONDS = 20.0
PACE_SECONDS = 0.2  # longer than a gateway takes to hear what others gave


@pytest.fixture(scope="module")
def misers(system: Stack) -> Iterator[tuple[OwnGateway, OwnGateway]]:
    """Two gateways at which a user has five messages, and one more every twenty seconds."""
    with OwnGateway(system, "gateway-miser-1", MISERLY) as one, OwnGateway(system, "gateway-miser-2", MISERLY) as other:
        yield one, other


async def flood(line: Line, to_user_id: str) -> None:
    """Far more than the limit, until the line is lost."""
    try:
        while True:
            await line.say(send_message(to_user_id=to_user_id))
            await asyncio.sleep(0.002)
    except ConnectionLost:
        pass


async def taken(line: Line, to_user_id: str) -> int:
    """How many messages are taken before one is too many; each goes a moment after the last one is answered."""
    for number in count():
        client_id = f"paced {number}"
        await line.say(send_message(client_id=client_id, to_user_id=to_user_id))
        while not isinstance(frame := await line.hear(), RateLimited):
            if isinstance(frame, MessageSent) and frame.client_id == client_id:
                break
        else:
            return number
        await asyncio.sleep(PACE_SECONDS)
    raise AssertionError


async def listen(line: Line, limited: asyncio.Event) -> None:
    try:
        while True:
            if isinstance(await line.hear(), RateLimited):
                limited.set()
    except ConnectionLost:
        pass


class TestSharedLimits:
    async def test_what_one_device_used_another_has_not(
        self, lines: Lines, people: People, misers: tuple[OwnGateway, OwnGateway]
    ) -> None:
        laptop, bob = await people.pair()
        phone = await people.device(laptop)
        first, second = [
            (await lines.hello(device, url=miser.url)).line
            for device, miser in zip((laptop, phone), misers, strict=True)
        ]
        for number in range(6):
            await first.say(send_message(str(number), f"first {number}", to_user_id=bob.user_id))
        _, limited = await first.hear_until(RateLimited)
        assert "first 5" == limited.client_id
        assert await taken(second, bob.user_id) < 5

    async def test_messages_over_the_socket_count_over_http(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        limited = asyncio.Event()
        tasks = [asyncio.create_task(flood(line, bob.user_id)), asyncio.create_task(listen(line, limited))]
        async with asyncio.timeout(DEADLINE_SECONDS):
            await limited.wait()
            with pytest.raises(ApiError) as refused:
                for _ in range(100):
                    await alice.send(bob)
        for task in tasks:
            task.cancel()
        assert (429, "rate-limited") == (refused.value.status, refused.value.code)
        assert refused.value.retry_after_seconds == 1

    async def test_tickets_by_device(self, people: People) -> None:
        alice = await people.person()
        with pytest.raises(ApiError) as refused:
            for _ in range(100):
                await alice.api.ticket()
        assert (429, "rate-limited") == (refused.value.status, refused.value.code)
        phone = await people.device(alice)
        assert await phone.api.ticket()
