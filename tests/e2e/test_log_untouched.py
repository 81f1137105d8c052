"""Bad input never enters the log: its ends stand where they stood."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import msgspec
import pytest

from clients.python.frames import CommandRefused, Malformed
from infra.local.stack import Stack
from infra.stores.log_ends import LogEnds
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS
from tests.e2e.line import Lines
from tests.e2e.people import SHOWN_SECONDS, People, Person, send_message
from tests.e2e.test_bad_calls import post
from tests.e2e.test_bad_frames import MALFORMED

QUIET_SECONDS = 0.5  # much longer than a gateway gathers receipts
Ends = list[Mapping[int, int]]


@pytest.fixture
async def log_stays(system: Stack) -> AsyncIterator[None]:
    """Nothing is appended to either topic while the test runs."""
    log = LogEnds(system.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"])
    before = await quiet(log)
    yield
    assert before == await ends(log)


async def ends(log: LogEnds) -> Ends:
    return [await log.ends(topic) for topic in (CONVERSATION_COMMANDS, CONVERSATION_EVENTS)]


async def quiet(log: LogEnds) -> Ends:
    """The ends, once they stand: receipts that the tests before gave may still be on their way."""
    async with asyncio.timeout(SHOWN_SECONDS):
        before, now = None, await ends(log)
        while before != now:
            await asyncio.sleep(QUIET_SECONDS)
            before, now = now, await ends(log)
    return now


@pytest.mark.usefixtures("log_stays")
class TestNothingEntersTheLog:
    async def test_malformed_over_the_socket(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        for kind, frame in MALFORMED.items():
            assert isinstance(await line.ask(frame), Malformed), kind
            await line.say({"type": "Heartbeat"})  # ten malformed in a row would close

    async def test_refused_at_the_door(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        for frame in (
            send_message(to_user_id=str(uuid4())),
            send_message(to_user_id=alice.user_id),
            send_message("", to_user_id=bob.user_id),
            send_message("x" * 4_097, to_user_id=bob.user_id),
        ):
            assert isinstance(await line.ask(frame), CommandRefused)
            assert (await post(alice, "/v1/commands", msgspec.json.encode(frame))).is_client_error

    async def test_before_and_after_hello(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        frame = send_message(to_user_id=bob.user_id)
        line = await lines.open()
        await line.say(frame)
        await line.hear_close()
        line = (await lines.hello(alice)).line
        await line.say(str(frame).ljust((64 << 10) + 1))
        await line.hear_close()

    async def test_without_a_good_token(self, people: People) -> None:
        alice, bob = await people.pair()
        await alice.api.sign_out()
        answer = await post(alice, "/v1/commands", msgspec.json.encode(send_message(to_user_id=bob.user_id)))
        assert 401 == answer.status_code
