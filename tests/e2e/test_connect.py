"""The connect sequence: Welcome, what was missed, Synced."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from clients.python import ApiError, ConnectionLost, MessageSent
from tests.e2e.gateway import OwnGateway
from tests.e2e.line import Lines
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
        await asyncio.gather(*(bob.send(alice, str(number)) for number in range(250)))
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
        await asyncio.gather(*(bob.send(alice, str(number)) for number in range(50)))
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


class TestTicket:
    async def test_refused_when_used_twice(self, lines: Lines, alice: Person) -> None:
        ticket = (await alice.api.ticket()).ticket
        frame = {"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}}
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
