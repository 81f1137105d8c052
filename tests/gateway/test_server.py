"""The gateway's server over real sockets: who is served, who is closed with which code, and how it leaves."""

import asyncio

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from schemas.close_codes import CloseCode
from schemas.topics import CONVERSATION_COMMANDS, PRESENCE_EVENTS
from tests.gateway.house import PATIENCE_SECONDS, Frame, House, Houses, Person
from tests.gateway.test_submitting import message

SOON_SECONDS = 0.3


async def answer(house: House, path: str) -> tuple[int, str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        found = await http.get(f"http://{house.address}{path}")
    return found.status_code, found.text.strip()


async def said_of(house: House, person: Person, count: int) -> list[str]:
    return [one["type"] for one in await house.log.values(PRESENCE_EVENTS, person.user_id, count)]


class TestAnswer:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/healthz", (200, "alive")),
            ("/readyz", (200, "ready")),
            ("/v1/sockets", (404, "there is only /v1/socket")),
        ],
    )
    async def test_by_path(self, house: House, path: str, expected: tuple[int, str]) -> None:
        assert expected == await answer(house, path)

    async def test_metrics(self, house: House) -> None:
        status, text = await answer(house, "/metrics")
        assert 200 == status
        assert "# TYPE backchannel_connections gauge" in text

    async def test_not_ready_without_an_incarnation(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(house.gateway.incarnation, "name", None)
        found = [(await answer(house, path))[0] for path in ("/healthz", "/readyz")]
        with pytest.raises(InvalidStatus, match="503"):
            await house.call()
        assert [200, 503] == found


class TestHello:
    async def test_in_time(self, houses: Houses) -> None:
        house = await houses.open(hello_seconds=SOON_SECONDS)
        assert CloseCode.PROTOCOL_ERROR == await (await house.call()).close_code()

    @pytest.mark.parametrize("first", [{"type": "Heartbeat"}, "{", message()])
    async def test_before_all_else(self, house: House, first: Frame | str) -> None:
        caller = await house.call()
        await caller.say(first)
        assert await caller.close_code() in (
            CloseCode.PROTOCOL_ERROR,
            1007,
        )  # 1007: the library's, for text that is none

    async def test_once(self, house: House) -> None:
        person = await house.person()
        caller = await house.live(person)
        await caller.say(house.hello(person))
        assert CloseCode.PROTOCOL_ERROR == await caller.close_code()


class TestFrames:
    async def test_said_right_after_hello_are_carried_out(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        caller = await house.call()
        await caller.say(house.hello(alice), *(message(name, to_user_id=bob.user_id) for name in ("m1", "m2")))
        commands = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 2)
        assert ["m1", "m2"] == [command["client_id"] for command in commands]

    async def test_of_a_stranger_are_not(self, house: House) -> None:
        """What somebody says who is let in afterwards is the first that the log hears."""
        alice, bob = await house.person(), await house.person()
        stranger = await house.call()
        await stranger.say(house.hello(alice, life_seconds=0), message("m1", to_user_id=bob.user_id))
        code = await stranger.close_code()
        await (await house.live(alice)).say(message("m2", to_user_id=bob.user_id))
        (command,) = await house.log.values(CONVERSATION_COMMANDS, bob.user_id, 1)
        assert (CloseCode.BAD_TICKET, "m2") == (code, command["client_id"])


class TestGone:
    async def test_said_in_the_log(self, house: House) -> None:
        person = await house.person()
        caller = await house.live(person)
        await caller.hang_up()
        assert ["DeviceConnected", "DeviceDisconnected"] == await said_of(house, person, 2)

    async def test_also_while_it_is_being_opened(self, house: House) -> None:
        person = await house.person()
        caller, _ = await house.welcomed(person)
        await caller.hang_up()
        assert ["DeviceConnected", "DeviceDisconnected"] == await said_of(house, person, 2)


class TestSilence:
    async def test_said_and_closed(self, houses: Houses) -> None:
        house = await houses.open(presence_threshold_seconds=0.3, silence_seconds=1.0)
        person = await house.person()
        caller = await house.live(person)
        assert CloseCode.SILENT == await caller.close_code()
        assert ["DeviceConnected", "DeviceSilent", "DeviceDisconnected"] == await said_of(house, person, 3)


class TestDrain:
    async def test_closes_all_and_takes_no_more(self, houses: Houses) -> None:
        house = await houses.open(drain_seconds=SOON_SECONDS)
        callers = [await house.live(await house.person()) for _ in range(3)]
        address = house.address
        draining = asyncio.create_task(house.gateway.server.drain(house.server))
        codes = [await caller.close_code() for caller in callers]
        await asyncio.wait_for(draining, PATIENCE_SECONDS)
        assert [CloseCode.DRAINING] * 3 == codes
        with pytest.raises(ConnectionError):
            await house.call(address)
