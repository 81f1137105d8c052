"""The connect sequence of a whole gateway: who is let in, when, and what they hear in which order."""

import pytest

from gateway import opening
from schemas.close_codes import CloseCode
from schemas.outbound import Item, Kind
from schemas.topics import PRESENCE_EVENTS
from tests.builders import CONVERSATION
from tests.gateway.house import House, Houses, Person

SOON_SECONDS = 0.3


def registered(connection_id: str) -> Item:
    return Item(Kind.REGISTERED, (connection_id,), b"")


def live(connection_id: str, name: str) -> Item:
    return Item(Kind.FRAME, (connection_id,), b'{"type":"%s"}' % name.encode())


async def erase(house: House, person: Person) -> None:
    async with house.postgres.connection() as connection:
        query = "UPDATE data_keys SET wrapped = NULL, erased_at = now() WHERE user_id = %s"
        await connection.execute(query, (person.user_id,))


async def sign_out(house: House, person: Person) -> None:
    async with house.postgres.connection() as connection:
        await connection.execute("DELETE FROM devices WHERE device_id = %s", (person.device_id,))


async def code_of(house: House, *frames: dict[str, object]) -> int | None:
    caller = await house.call()
    await caller.say(*frames)
    return await caller.close_code()


class TestTicket:
    async def test_welcomes_whom_it_names(self, house: House) -> None:
        person, caller = await house.person(), await house.call()
        await caller.say(house.hello(person))
        welcome = await caller.heard()
        assert ("Welcome", person.user_id, person.device_id) == (
            welcome["type"],
            welcome["user_id"],
            welcome["device_id"],
        )

    async def test_opens_one_socket(self, house: House) -> None:
        hello, first = house.hello(await house.person()), await house.call()
        await first.say(hello)
        welcome = await first.heard()
        assert ("Welcome", CloseCode.BAD_TICKET) == (welcome["type"], await code_of(house, hello))

    async def test_refused_when_expired(self, house: House) -> None:
        assert CloseCode.BAD_TICKET == await code_of(house, house.hello(await house.person(), life_seconds=0))

    async def test_welcomed_though_it_expires_while_it_waits_for_its_turn(self, houses: Houses) -> None:
        house = await houses.open(opening_at_once=1, register_seconds=2.0)
        first, second = await house.call(), await house.call()
        await first.say(house.hello(await house.person()))  # nobody registers it: it holds the turn for two seconds
        await first.heard()
        await second.say(house.hello(await house.person(), life_seconds=1))
        assert "Welcome" == (await second.heard())["type"]

    async def test_refused_when_the_house_did_not_issue_it(self, house: House) -> None:
        hello = house.hello(await house.person())
        forged = {**hello, "ticket": hello["ticket"][:-4] + "AAA="}
        assert CloseCode.BAD_TICKET == await code_of(house, forged)

    async def test_signed_out_when_erased(self, house: House) -> None:
        person = await house.person()
        await erase(house, person)
        assert CloseCode.SIGNED_OUT == await code_of(house, house.hello(person))


class TestRegister:
    async def test_said_in_the_log_by_its_own_key(self, house: House) -> None:
        person = await house.person()
        _, connection_id = await house.welcomed(person)
        (record,) = await house.log.records(PRESENCE_EVENTS, person.user_id, 1)
        (event,) = await house.log.values(PRESENCE_EVENTS, person.user_id, 1)
        assert ("DeviceConnected", person.user_id.encode()) == (event["type"], record.key())
        assert ["gateway-test", house.gateway.incarnation.name, connection_id] == event["origin"]

    async def test_said_again_with_the_first_time_until_confirmed(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(opening, "REGISTER_AGAIN_SECONDS", 0.05)
        person = await house.person()
        caller, connection_id = await house.welcomed(person)
        events = await house.log.values(PRESENCE_EVENTS, person.user_id, 3)
        await house.tell(registered(connection_id))
        assert ["Snapshot", "Synced"] == await caller.types(2)
        assert [("DeviceConnected", events[0]["at"])] * 3 == [(one["type"], one["at"]) for one in events]

    async def test_closed_when_nobody_confirms(self, houses: Houses) -> None:
        house = await houses.open(register_seconds=SOON_SECONDS)
        caller, _ = await house.welcomed(await house.person())
        assert CloseCode.OVERLOADED == await caller.close_code()

    async def test_signed_out_meanwhile(self, house: House) -> None:
        person = await house.person()
        caller, connection_id = await house.welcomed(person)
        await sign_out(house, person)
        await house.tell(registered(connection_id))
        assert CloseCode.SIGNED_OUT == await caller.close_code()


class TestCatchUp:
    async def test_not_synced_by_views_that_are_behind(self, houses: Houses) -> None:
        house = await houses.open(are_views_fresh=False, freshness_seconds=SOON_SECONDS)
        caller, connection_id = await house.welcomed(await house.person())
        await house.tell(registered(connection_id))
        assert CloseCode.OVERLOADED == await caller.close_code()

    async def test_synced_once_they_have_caught_up(self, houses: Houses) -> None:
        house = await houses.open(are_views_fresh=False)
        caller, connection_id = await house.welcomed(await house.person())
        await house.tell(registered(connection_id))
        await house.views_are_fresh()
        assert ["Snapshot", "Synced"] == await caller.types(2)

    async def test_what_comes_meanwhile_follows_in_its_order(self, house: House) -> None:
        caller, connection_id = await house.welcomed(await house.person())
        await house.tell(live(connection_id, "One"), live(connection_id, "Two"), registered(connection_id))
        assert ["Snapshot", "Synced", "One", "Two"] == await caller.types(4)
        await house.tell(live(connection_id, "Three"))
        assert ["Three"] == await caller.types(1)

    @pytest.mark.parametrize(("is_of_this_log", "expected"), [(True, ["Synced"]), (False, ["Snapshot", "Synced"])])
    async def test_recovered_from_cursors_of_this_log_only(
        self, house: House, *, is_of_this_log: bool, expected: list[str]
    ) -> None:
        person = await house.person()
        caller = await house.call()
        epoch = await house.epoch() if is_of_this_log else "another log"
        await caller.say({**house.hello(person), "epoch": epoch, "cursors": {CONVERSATION: 7}})
        await house.tell(registered((await caller.heard())["connection_id"]))
        frames = [await caller.heard() for _ in expected]
        assert (expected, is_of_this_log) == ([one["type"] for one in frames], frames[-1]["recovered"])
