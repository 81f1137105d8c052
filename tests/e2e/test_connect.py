"""The connect sequence: Welcome, what was missed, Synced."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from clients.python import ApiError, ConnectionLost, MessageSent
from clients.python.frames import CaughtUp, Malformed, Synced, Welcome
from infra.local.stack import Stack
from infra.stores.settings import StoreSettings
from schemas import tickets
from tests.e2e.gateway import OwnGateway, direct
from tests.e2e.line import Lines, socket_url
from tests.e2e.people import People, Person, send_message, shown


class TestWelcome:
    async def test_says_who_is_where(self, lines: Lines, alice: Person) -> None:
        welcome = (await lines.hello(alice)).welcome
        assert (alice.user_id, alice.credentials.device_id) == (welcome.user_id, welcome.device_id)
        assert welcome.connection_id
        assert welcome.epoch
        assert 0 < 2 * welcome.heartbeat_seconds <= welcome.presence_threshold_seconds
        assert abs(datetime.now(UTC) - welcome.server_time) < timedelta(minutes=1)


class TestNoCursors:
    async def test_empty_snapshot_for_someone_new(self, lines: Lines, alice: Person) -> None:
        opened = await lines.hello(alice)
        assert not opened.synced.recovered
        assert () == opened.snapshot.conversations

    async def test_snapshot_equals_the_list_over_http(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await bob.send(alice, "one")
        await (await people.person()).send(alice, "two")
        snapshot = (await lines.hello(alice)).snapshot
        assert ["two", "one"] == [row.head_message.text for row in snapshot.conversations if row.head_message]
        assert (await alice.api.conversations()).conversations == snapshot.conversations


class TestCursors:
    async def test_only_what_is_missing_dense_and_ascending(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        sent = [await bob.send(alice, str(number)) for number in range(6)]
        epoch = (await lines.hello(alice)).welcome.epoch
        opened = await lines.hello(alice, {sent[0].conversation_id: 2}, epoch)
        assert opened.synced.recovered
        assert [3, 4, 5, 6] == [event.seq for event in opened.events]
        assert [event.message_id for event in sent[2:]] == [
            event.message_id for event in opened.events if isinstance(event, MessageSent)
        ]
        assert {6} == {piece.head_seq for piece in opened.caught_up}

    async def test_in_pieces_when_much_is_missing(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        first = await bob.send(alice)
        await bob.send_many(alice, 250)
        opened = await lines.hello(alice, {first.conversation_id: 1}, (await lines.hello(alice)).welcome.epoch)
        assert list(range(2, 252)) == [event.seq for event in opened.events]
        assert len(opened.caught_up) > 1

    async def test_a_conversation_that_it_does_not_know(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        known = await bob.send(alice)
        epoch = (await lines.hello(alice)).welcome.epoch
        new = await (await people.person("carol")).send(alice, "new")
        opened = await lines.hello(alice, {known.conversation_id: known.seq}, epoch)
        assert opened.synced.recovered
        assert [(new.conversation_id, 1)] == [(event.conversation_id, event.seq) for event in opened.events]

    async def test_nothing_when_nothing_is_missing(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        sent = await bob.send(alice)
        opened = await lines.hello(alice, {sent.conversation_id: 1}, (await lines.hello(alice)).welcome.epoch)
        assert ([], True) == (opened.missed, opened.synced.recovered)

    async def test_nothing_of_conversations_that_are_not_its_own(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        theirs = await alice.send(bob)
        own = await carol.send(bob)
        epoch = (await lines.hello(carol)).welcome.epoch
        opened = await lines.hello(carol, {theirs.conversation_id: 0, own.conversation_id: 1}, epoch)
        assert ([], True) == (opened.missed, opened.synced.recovered)


class TestBeginsAnew:
    async def test_when_the_epoch_differs(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        sent = await bob.send(alice)
        for epoch in ("another log's", None):
            opened = await lines.hello(alice, {sent.conversation_id: 0}, epoch)
            assert not opened.synced.recovered
            assert [sent.conversation_id] == [row.conversation_id for row in opened.snapshot.conversations]

    async def test_when_too_much_is_missing(self, lines: Lines, people: People, strict_gateway: OwnGateway) -> None:
        alice, bob = await people.pair()
        first = await bob.send(alice)
        await bob.send_many(alice, 50)
        epoch = (await lines.hello(alice)).welcome.epoch
        all_missing = await lines.hello(alice, {first.conversation_id: 0}, epoch, url=strict_gateway.url)
        one_fewer = await lines.hello(alice, {first.conversation_id: 1}, epoch, url=strict_gateway.url)
        assert (False, True) == (all_missing.synced.recovered, one_fewer.synced.recovered)
        assert [51] == [row.head_seq for row in all_missing.snapshot.conversations]
        assert list(range(2, 52)) == [event.seq for event in one_fewer.events]


class TestDevices:
    async def test_own_messages_reach_the_other_device_with_client_id(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        laptop = (await lines.hello(alice)).line
        phone = (await lines.hello(await people.device(alice))).line
        bobs = (await lines.hello(bob)).line
        await laptop.say(send_message("from my laptop", "mine", to_user_id=bob.user_id))
        confirmed, copied, received = [await one.hear_one(MessageSent) for one in (laptop, phone, bobs)]
        assert confirmed == copied
        assert ("mine", None) == (copied.client_id, received.client_id)

    async def test_client_id_only_for_the_author_also_afterwards(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        sent = await alice.send(bob, client_id="mine")
        for person, expected in ((alice, "mine"), (bob, None)):
            page = await shown(person, sent.conversation_id, sent.seq)
            assert [expected] == [event.client_id for event in page.events]
            (row,) = (await lines.hello(person)).snapshot.conversations
            assert row.head_message
            assert expected == row.head_message.client_id

    async def test_a_newer_connection_replaces_the_older(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        older, newer = (await lines.hello(alice)).line, (await lines.hello(alice)).line
        assert 4502 == await older.hear_close()
        await bob.send(alice, "hi")
        assert "hi" == (await newer.hear_one(MessageSent)).text

    async def test_signed_out_at_once(self, lines: Lines, people: People) -> None:
        alice = await people.person("alice")
        phone = await people.device(alice)
        ticket = (await phone.api.ticket()).ticket
        line, other = (await lines.hello(phone)).line, (await lines.hello(alice)).line
        await alice.api.sign_out(phone.credentials.device_id)
        assert 4503 == await line.hear_close()
        for refused in (phone.api.me(), phone.api.refresh(), phone.api.ticket()):
            with pytest.raises(ApiError) as answer:
                await refused
            assert (401, "unauthenticated") == (answer.value.status, answer.value.code)
        late = await lines.open()
        await late.say({"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}})
        assert 4503 == await late.hear_close()
        await other.say({"type": "Nonsense", "client_id": str(uuid4())})
        await other.hear()

    async def test_replaced_also_from_another_gateway(self, lines: Lines, system: Stack, alice: Person) -> None:
        older = (await lines.hello(alice, url=direct(system, "gateway-1"))).line
        newer = (await lines.hello(alice, url=direct(system, "gateway-2"))).line
        assert 4502 == await older.hear_close()
        assert isinstance(await newer.ask("nonsense"), Malformed)


class TestEarlyCommand:
    async def test_sent_before_synced_is_answered(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        first = await alice.send(bob)
        epoch = (await lines.hello(alice)).welcome.epoch
        line = await lines.open()
        ticket = (await alice.api.ticket()).ticket
        await line.say({"type": "Hello", "ticket": ticket, "epoch": epoch, "cursors": {first.conversation_id: 1}})
        await line.hear_one(Welcome)
        await line.say(send_message("early", "early", to_user_id=bob.user_id))
        missed, _ = await line.hear_until(Synced)
        events = [event for piece in missed if isinstance(piece, CaughtUp) for event in piece.events]
        answer = events[0] if events else await line.hear()
        assert isinstance(answer, MessageSent)
        assert (2, "early") == (answer.seq, answer.client_id)


class TestHandshake:
    async def test_refused_without_the_subprotocol(self, api_url: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(socket_url(api_url))
        assert 400 == refused.value.response.status_code

    async def test_refused_when_it_is_no_websocket(self, api_url: str) -> None:
        async with httpx.AsyncClient(base_url=api_url) as http:
            assert 426 == (await http.get("/v1/socket")).status_code


class TestTicket:
    async def test_used_at_once_on_two_gateways_it_opens_one(self, lines: Lines, system: Stack, alice: Person) -> None:
        ticket = (await alice.api.ticket()).ticket
        both = [await lines.open(direct(system, name)) for name in ("gateway-1", "gateway-2")]
        frame: dict[str, object] = {"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}}
        await asyncio.gather(*(line.say(frame) for line in both))
        first = await asyncio.gather(*(line.hear() for line in both), return_exceptions=True)
        (lost,) = [one for one in first if isinstance(one, ConnectionLost)]
        assert 4500 == lost.code
        assert 1 == sum(isinstance(one, Welcome) for one in first)

    async def test_refused_when_expired(self, lines: Lines, system: Stack, alice: Person) -> None:
        """Signed as this stack signs, but long ago."""
        secret = StoreSettings().token_secret_bytes()
        long_ago_ms = int(time.time() - tickets.LIFE_SECONDS) * 1000
        for now_ms, expected in ((long_ago_ms, 4500), (long_ago_ms + 20_000, None)):
            ticket = tickets.issue(secret, alice.user_id, alice.credentials.device_id, now_ms)
            line = await lines.open()
            await line.say({"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}})
            if expected:
                assert expected == await line.hear_close()
            else:
                await line.hear_one(Welcome)

    async def test_refused_when_used_twice(self, lines: Lines, alice: Person) -> None:
        ticket = (await alice.api.ticket()).ticket
        frame: dict[str, object] = {"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}}
        first, second = await lines.open(), await lines.open()
        await first.say(frame)
        await first.hear()
        await second.say(frame)
        assert 4500 == await second.hear_close()

    @pytest.mark.parametrize("kind", ["forged", "empty", "nonsense", "accents"])
    async def test_refused_when_not_ours(self, lines: Lines, alice: Person, kind: str) -> None:
        real = (await alice.api.ticket()).ticket
        forged = real[:-4] + ("AAA=" if not real.endswith("AAA=") else "BBB=")
        ticket = {"forged": forged, "empty": "", "nonsense": "a.b", "accents": "é.è"}[kind]
        line = await lines.open()
        await line.say({"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}})
        with pytest.raises(ConnectionLost) as lost:
            await line.hear()
        assert 4500 == lost.value.code
