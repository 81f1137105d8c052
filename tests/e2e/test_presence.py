"""Presence: who is online, since when not, and who may know. PROTOCOL: SubscribePresence, Heartbeat, promise 5."""

import asyncio
import signal
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from redis import Redis

from clients.python.frames import CommandRefused, PresenceChanged
from infra.local.stack import Stack
from tests.e2e.beating import HEARTBEAT, beating, now, subscribe, told, unsubscribe
from tests.e2e.gateway import direct
from tests.e2e.line import Line, Lines
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, People, Person

THRESHOLD_SECONDS = 3.0
SHOWN_OFFLINE_SECONDS = THRESHOLD_SECONDS + 2.0
# A test and its stack share two cores: what a line hears may reach the test a little later.
ROOM = timedelta(seconds=0.3)


async def presence(person: Person, of: Person) -> PresenceChanged:
    """What the API says."""
    answer = await person.api.request("GET", f"/v1/users/{of.user_id}/presence")
    return msgspec.json.decode(answer.content, type=PresenceChanged)


async def shown_offline(person: Person, of: Person) -> PresenceChanged:
    async with asyncio.timeout(SHOWN_SECONDS):
        while (found := await presence(person, of)).is_online is not False:  # noqa: ASYNC110 — the view follows the log
            await asyncio.sleep(LOOK_SECONDS)
    return found


async def change_privacy(person: Person, **change: object) -> None:
    await person.api.request("PATCH", "/v1/users/me", body=change)


def hidden(user_id: str) -> PresenceChanged:
    return PresenceChanged(user_id=user_id)


def never_seen(user_id: str) -> PresenceChanged:
    return PresenceChanged(user_id=user_id, is_online=False)


def online(user_id: str) -> PresenceChanged:
    return PresenceChanged(user_id=user_id, is_online=True)


class TestSubscribe:
    async def test_answered_at_once_for_each(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        nobody = str(uuid4())
        line = (await lines.hello(alice)).line
        await line.say(subscribe(bob.user_id, alice.user_id, nobody, bob.user_id))
        found = {(frame := await line.hear_one(PresenceChanged)).user_id: frame for _ in range(3)}
        expected = [never_seen(bob.user_id), online(alice.user_id), hidden(nobody)]
        assert {one.user_id: one for one in expected} == found

    async def test_answered_again_when_repeated(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        for _ in range(2):
            assert never_seen(bob.user_id) == await line.ask(subscribe(bob.user_id))

    async def test_told_of_coming_and_going(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        async with beating(line):
            await line.ask(subscribe(bob.user_id))
            bobs = (await lines.hello(bob)).line
            assert online(bob.user_id) == await line.hear_one(PresenceChanged)
            assert online(bob.user_id) == await presence(alice, bob)
            await bobs.say(HEARTBEAT)
            spoke_at = now()
            await bobs.connection.close()
            gone = await line.hear_one(PresenceChanged)
        assert (bob.user_id, False) == (gone.user_id, gone.is_online)
        assert gone.last_seen_at is not None
        assert abs(gone.last_seen_at - spoke_at) < timedelta(seconds=1)
        assert gone == await presence(alice, bob)

    async def test_told_over_the_other_gateway(self, system: Stack, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice, url=direct(system, "gateway-1"))).line
        await line.ask(subscribe(bob.user_id))
        await lines.hello(bob, url=direct(system, "gateway-2"))
        assert online(bob.user_id) == await line.hear_one(PresenceChanged)

    async def test_online_while_one_of_the_devices_is(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        laptop, phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        async with beating(line, phone):
            assert online(bob.user_id) == await line.ask(subscribe(bob.user_id))
            await laptop.connection.close()
            await asyncio.sleep(0)
            assert online(bob.user_id) == await line.ask(subscribe(bob.user_id))
            await phone.connection.close()
            await told(line, bob.user_id, is_online=False)

    async def test_not_told_any_more_once_unsubscribed(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        line = (await lines.hello(alice)).line
        await line.say(subscribe(bob.user_id, carol.user_id))
        for _ in range(2):
            await line.hear_one(PresenceChanged)
        await line.say(unsubscribe(bob.user_id))
        await line.ask("nonsense")
        await lines.hello(bob)
        await lines.hello(carol)
        assert online(carol.user_id) == await line.hear_one(PresenceChanged)

    async def test_too_many_are_refused_as_a_whole(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        others = [str(uuid4()) for _ in range(499)]
        await line.say(subscribe(*others))
        for _ in others:
            await line.hear_one(PresenceChanged)
        refused = await line.ask(subscribe(bob.user_id, str(uuid4())))
        assert isinstance(refused, CommandRefused)
        assert ("SubscribePresence", "too-many", None) == (refused.command, refused.reason, refused.client_id)
        assert never_seen(bob.user_id) == await line.ask(subscribe(bob.user_id, *others[:0]))
        await line.say(unsubscribe(others[0]))
        assert hidden(others[0]) == await line.ask(subscribe(others[0]))


class TestSilence:
    async def test_offline_within_the_threshold_and_two_seconds_and_online_with_the_next_frame(
        self, lines: Lines, people: People
    ) -> None:
        alice, bob = await people.pair()
        line, bobs = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        async with beating(line):
            await bobs.say(HEARTBEAT)
            spoke_at = now()
            assert online(bob.user_id) == await line.ask(subscribe(bob.user_id))
            gone = await told(line, bob.user_id, is_online=False)
            shown_at = now()
            await bobs.say(HEARTBEAT)
            await told(line, bob.user_id, is_online=True)
        assert gone.last_seen_at is not None
        assert abs(gone.last_seen_at - spoke_at) < timedelta(seconds=1)
        assert timedelta(seconds=THRESHOLD_SECONDS) < shown_at - spoke_at + ROOM
        assert shown_at - spoke_at < timedelta(seconds=SHOWN_OFFLINE_SECONDS) + ROOM

    async def test_last_seen_is_the_last_sign_of_any_device(self, lines: Lines, people: People) -> None:
        """The phone speaks last, falls silent and stays; the laptop, silent before, ends after it."""
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        laptop, phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        async with beating(line):
            await line.ask(subscribe(bob.user_id))
            async with beating(phone):
                await laptop.connection.close()
            spoke_at = now()
            await phone.say(HEARTBEAT)
            gone = await told(line, bob.user_id, is_online=False)
            await phone.connection.close()
        assert gone.last_seen_at is not None
        assert abs(gone.last_seen_at - spoke_at) < timedelta(seconds=1)
        assert gone == await presence(alice, bob)


class TestPrivacy:
    async def test_hidden_from_all_when_nobody_may_know(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line, bobs = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        async with beating(line, bobs):
            assert online(bob.user_id) == await line.ask(subscribe(bob.user_id))
            await change_privacy(bob, last_seen_visibility="nobody")
            assert hidden(bob.user_id) == await line.hear_one(PresenceChanged)
            assert hidden(bob.user_id) == await presence(alice, bob)
            await change_privacy(bob, last_seen_visibility="everyone")
            assert online(bob.user_id) == await line.hear_one(PresenceChanged)

    async def test_hiding_is_not_mutual(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await change_privacy(bob, last_seen_visibility="nobody")
        await lines.hello(alice)
        line = (await lines.hello(bob)).line
        assert online(alice.user_id) == await line.ask(subscribe(alice.user_id))
        assert online(bob.user_id) == await presence(bob, bob)

    async def test_contacts_know_and_become_so_with_a_conversation(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await change_privacy(bob, last_seen_visibility="contacts")
        line, bobs = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        async with beating(line, bobs):
            assert hidden(bob.user_id) == await line.ask(subscribe(bob.user_id))
            await alice.send(bob)
            await told(line, bob.user_id, is_online=True)
            assert online(bob.user_id) == await presence(alice, bob)

    async def test_blocks_hide_either_way(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        async with beating(of_alice, of_bob):
            assert online(bob.user_id) == await of_alice.ask(subscribe(bob.user_id))
            assert online(alice.user_id) == await of_bob.ask(subscribe(alice.user_id))
            await bob.api.request("PUT", f"/v1/blocks/{alice.user_id}")
            assert hidden(bob.user_id) == await presence(alice, bob)
            assert hidden(alice.user_id) == await presence(bob, alice)
            assert hidden(bob.user_id) == await of_alice.hear_one(PresenceChanged)
            assert hidden(alice.user_id) == await of_bob.hear_one(PresenceChanged)
            await bob.api.request("DELETE", f"/v1/blocks/{alice.user_id}")
            assert online(bob.user_id) == await of_alice.hear_one(PresenceChanged)
            assert online(alice.user_id) == await of_bob.hear_one(PresenceChanged)


@pytest.fixture
def redis(system: Stack) -> Redis:
    return Redis.from_url(system.environment()["BACKCHANNEL_REDIS_URL"])


class TestLost:
    async def test_a_gateway_that_dies(self, system: Stack, lines: Lines, people: People, redis: Redis) -> None:
        """Offline in time, with the last sign of life; and nothing of the dead one stays in the connection cache."""
        alice, bob = await people.pair()
        line = (await lines.hello(alice, url=direct(system, "gateway-1"))).line
        bobs = (await lines.hello(bob, url=direct(system, "gateway-2"))).line
        async with beating(line):
            await line.ask(subscribe(bob.user_id))
            await heard_for(bobs, seconds=2)
            spoke_at = now()
            await bobs.say(HEARTBEAT)
            await bobs.ask("nonsense")  # it came that far
            system.kill("gateway-2", signal.SIGKILL)
            gone = await told(line, bob.user_id, is_online=False)
            shown_at = now()
        assert shown_at - spoke_at < timedelta(seconds=SHOWN_OFFLINE_SECONDS) + ROOM
        assert gone.last_seen_at is not None
        assert abs(gone.last_seen_at - spoke_at) < timedelta(seconds=2)
        assert b"gateway-2" not in (redis.get(f"connections:{bob.user_id}") or b"")
        system.wait_ready("gateway-2")

    async def test_a_paused_gateway_finds_itself_dead(self, system: Stack, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice, url=direct(system, "gateway-1"))).line
        bobs = (await lines.hello(bob, url=direct(system, "gateway-2"))).line
        async with beating(line, bobs):
            assert online(bob.user_id) == await line.ask(subscribe(bob.user_id))
            system.kill("gateway-2", signal.SIGSTOP)
            try:
                await told(line, bob.user_id, is_online=False)
            finally:
                system.kill("gateway-2", signal.SIGCONT)
            assert 4004 == await bobs.hear_close()
            again = await line.ask(subscribe(bob.user_id))
        assert isinstance(again, PresenceChanged)
        assert again.is_online is False
        system.wait_ready("gateway-2")

    async def test_flushed_it_comes_back_and_last_seen_stays(self, lines: Lines, people: People, redis: Redis) -> None:
        alice, bob = await people.pair()
        bobs = (await lines.hello(bob)).line
        await bobs.connection.close()
        before = await shown_offline(alice, bob)
        assert before.last_seen_at is not None
        line = (await lines.hello(alice)).line
        redis.flushall()
        assert 4002 == await line.hear_close()
        async with asyncio.timeout(SHOWN_SECONDS):
            while await presence(alice, bob) != before:  # noqa: ASYNC110 — the view follows the log
                await asyncio.sleep(LOOK_SECONDS)
        again = await come_back(lines, alice)
        assert before == await again.ask(subscribe(bob.user_id))
        assert online(alice.user_id) == await again.ask(subscribe(alice.user_id))


async def heard_for(line: Line, seconds: int) -> None:
    """The gateway has said in Redis that it hears of the connection."""
    async with beating(line):
        await asyncio.sleep(seconds)


async def come_back(lines: Lines, person: Person) -> Line:
    """As clients do, until a gateway takes the socket."""
    async with asyncio.timeout(SHOWN_SECONDS * 2):
        while True:
            try:
                return (await lines.hello(person)).line
            except Exception:  # noqa: BLE001 — whatever it is, it passes
                await asyncio.sleep(LOOK_SECONDS)


class TestGateways:
    async def test_those_that_live(self, system: Stack, people: People) -> None:
        alice = await people.person("alice")
        system.wait_ready("gateway-2")
        answer = (await alice.api.request("GET", "/v1/gateways")).json()
        urls = {one["url"] for one in answer["gateways"]}
        assert {direct(system, "gateway-1"), direct(system, "gateway-2")} <= urls
        assert all(one["connections"] >= 0 for one in answer["gateways"])
