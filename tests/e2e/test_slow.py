"""A client that does not read is closed, and delays nobody."""

import asyncio

from clients.python import Client
from infra.local.stack import Stack
from tests.e2e.deaf import deaf_client
from tests.e2e.gateway import direct
from tests.e2e.people import People
from tests.e2e.watched import connected

# Each 16 KiB: what the kernel's and the gateway's own buffers can hold (4 MiB and 1 MiB here) is passed half way.
LONG = "😀" * 4_095
MESSAGES = 480
AT_ONCE = 6


class TestTooSlow:
    async def test_closed_and_others_are_not_delayed(self, system: Stack, people: People) -> None:
        alice, bob = await people.pair()
        url = direct(system, "gateway-1")
        deaf = await deaf_client(bob, url)
        phone = await people.device(bob)
        async with connected(alice, phone, url=url) as (sender, other):
            await send_much(sender.client, bob.user_id)
            code = await asyncio.to_thread(deaf.close_code)
            await other.client.wait_until(lambda: MESSAGES in other.client.bookmark.cursors.values())
        deaf.end()
        assert 4001 == code
        assert [] == await sender.codes() == await other.codes()


async def send_much(sender: Client, to_user_id: str) -> None:
    """As fast as the answers come, a few at a time."""
    numbers = iter(range(MESSAGES))

    async def one_after_another() -> None:
        for _ in numbers:
            await sender.send_text(LONG, to_user_id=to_user_id)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
