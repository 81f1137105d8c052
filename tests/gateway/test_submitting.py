"""From a frame to a command in the log, through a whole gateway; what the door refuses never gets there."""

from urllib.parse import urlsplit

import msgspec
from pydantic import SecretStr

from schemas.close_codes import CloseCode
from schemas.envelope import header
from schemas.topics import CONVERSATION_COMMANDS
from tests.gateway.house import Frame, House, Houses, Person
from tests.infra.stores.connecting import new_id
from tests.streams.gate import gate_to

SECRET = "a word that nobody may read"


def message(client_id: str = "m1", **place: object) -> Frame:
    return {"type": "SendMessage", "client_id": client_id, "body": {"kind": "text", "text": SECRET}, **place}


class TestSubmit:
    async def test_the_command_is_in_the_log(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        caller = await house.live(alice)
        await caller.say(message(to_user_id=bob.user_id))
        (command,) = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 1)
        expected = ("SendMessage", "m1", alice.user_id, alice.device_id, bob.user_id)
        found = (command[name] for name in ("type", "client_id", "actor_id", "device_id", "to_user_id"))
        assert expected == tuple(found)
        assert ["gateway-test", house.gateway.incarnation.name] == command["origin"][:2]

    async def test_its_body_is_sealed_and_its_key_is_the_conversation(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        caller = await house.live(alice)
        await caller.say(message(to_user_id=bob.user_id))
        (record,) = await house.log.records(CONVERSATION_COMMANDS, alice.user_id, 1)
        value = record.value() or b""
        assert SECRET.encode() not in value
        assert msgspec.json.decode(value)["conversation_id"].encode() == record.key()
        assert b"SendMessage" in (header(record.headers() or (), "ce_type") or b"")  # type: ignore[arg-type]  # the driver's stubs allow text

    async def test_both_reach_the_same_direct_conversation(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        keys = []
        for one, other in ((alice, bob), (bob, alice)):
            caller = await house.live(one)
            await caller.say(message(to_user_id=other.user_id, client_id=one.device_id))
            keys += [record.key() for record in await house.log.records(CONVERSATION_COMMANDS, one.device_id, 1)]
        assert keys[0] == keys[1]

    async def test_many_at_once_keep_their_order(self, house: House) -> None:
        """Those to somebody whom the door must look up first, too."""
        alice, bob = await house.person(), await house.person()
        caller = await house.live(alice)
        names = [f"m{number}" for number in range(50)]
        await caller.say(*(message(name, to_user_id=bob.user_id) for name in names))
        commands = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 50)
        assert names == [command["client_id"] for command in commands]


class TestRefused:
    async def test_to_nobody_who_exists(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        caller = await house.live(alice)
        await caller.say(message("m1", to_user_id=new_id()), message("m2", to_user_id=bob.user_id))
        refused = await caller.heard()
        (command,) = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 1)
        assert ("CommandRefused", "m1", "m2") == (refused["type"], refused["client_id"], command["client_id"])

    async def test_to_no_place_at_all(self, house: House) -> None:
        alice, bob = await house.person(), await house.person()
        caller = await house.live(alice)
        await caller.say(message("m1"), message("m2", to_user_id=bob.user_id))
        malformed = await caller.heard()
        (command,) = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 1)
        assert ("Malformed", "m1", "m2") == (malformed["type"], malformed["client_id"], command["client_id"])


class TestStoreAway:
    async def test_closed_and_nothing_taken_on_trust(self, houses: Houses) -> None:
        dsn = houses.settings.postgres_dsn.get_secret_value()
        port = urlsplit(dsn).port
        assert port is not None
        async with gate_to(port) as gate:
            behind = SecretStr(dsn.replace(str(port), str(gate.port)))
            house = await houses.open(postgres_dsn=behind)
            alice, bob = await house.person(), await house.person()
            caller = await house.live(alice)
            await gate.shut()
            await caller.say(message("m1", to_user_id=bob.user_id))
            code = await caller.close_code()
            await gate.open()
            await submitted_anew(house, alice, bob)
            commands = await house.log.values(CONVERSATION_COMMANDS, alice.user_id, 1)
            assert (CloseCode.OVERLOADED, "m2") == (code, commands[0]["client_id"])


async def submitted_anew(house: House, sender: Person, to: Person) -> None:
    caller = await house.live(sender)
    await caller.say(message("m2", to_user_id=to.user_id))
