"""Limits: silence, floods, clients that do not read. On a gateway whose limits tests can reach."""

import asyncio

from clients.python import ConnectionLost, MessageSent
from clients.python.frames import Malformed, RateLimited
from tests.e2e.gateway import OwnGateway
from tests.e2e.line import Line, Lines
from tests.e2e.people import People, Person, send_message

HEARTBEAT = {"type": "Heartbeat"}


async def repeat(line: Line, frame: object, seconds: float) -> None:
    """Say a frame every so often, until the line is lost."""
    try:
        while True:
            await line.say(frame)
            await asyncio.sleep(seconds)
    except ConnectionLost:
        pass


async def ping(line: Line, seconds: float) -> None:
    while True:
        await line.connection._socket.ping()
        await asyncio.sleep(seconds)


class TestSilence:
    async def test_closed_without_a_frame_though_it_pings(
        self, lines: Lines, people: People, strict_gateway: OwnGateway
    ) -> None:
        silent, speaking = [(await lines.hello(await people.person(), url=strict_gateway.url)).line for _ in range(2)]
        pinging = asyncio.create_task(ping(silent, 0.2))
        beating = asyncio.create_task(repeat(speaking, HEARTBEAT, 0.5))
        assert 4003 == await silent.hear_close()
        assert isinstance(await speaking.ask("nonsense"), Malformed)
        for task in (pinging, beating):
            task.cancel()


class TestRate:
    async def test_limited_and_taken_later(self, lines: Lines, people: People, strict_gateway: OwnGateway) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice, url=strict_gateway.url)).line
        for number in range(6):
            await line.say(send_message(str(number), f"id {number}", to_user_id=bob.user_id))
        _, limited = await line.hear_until(RateLimited)
        assert "id 5" == limited.client_id
        assert 0 < limited.retry_after_seconds <= 0.3
        await asyncio.sleep(limited.retry_after_seconds + 0.05)
        await line.say(send_message("5", "id 5", to_user_id=bob.user_id))
        while (event := await line.hear_one(MessageSent)).text != "5":
            pass
        assert 6 == event.seq

    async def test_closed_when_it_floods(self, lines: Lines, people: People, strict_gateway: OwnGateway) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice, url=strict_gateway.url)).line
        flooding = asyncio.create_task(repeat(line, send_message(to_user_id=bob.user_id), 0.02))
        assert 4504 == await line.hear_close()
        await flooding

    async def test_heartbeats_are_not_counted(self, lines: Lines, alice: Person, strict_gateway: OwnGateway) -> None:
        line = (await lines.hello(alice, url=strict_gateway.url)).line
        for _ in range(50):
            await line.say(HEARTBEAT)
        assert isinstance(await line.ask("nonsense"), Malformed)
