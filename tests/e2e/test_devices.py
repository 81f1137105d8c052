"""Several devices of one person: each has its own connection and cursors; what one does, the others follow."""

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import (
    CaughtUp,
    DeliveredAdvanced,
    GroupCreated,
    Malformed,
    MessageEdited,
    ReactionSet,
    ReadAdvanced,
)
from tests.e2e.commands import answer, create_group, edit_message, set_reaction
from tests.e2e.conversations import row, row_at, when
from tests.e2e.line import Lines, texts
from tests.e2e.people import People, Person, send_message
from tests.e2e.receipts import got, saw


def own_mark(pieces: list[CaughtUp], person: Person) -> tuple[int, int]:
    """How far a person has come themselves, as catching up says."""
    (mark,) = {one for piece in pieces for one in piece.watermarks if one.user_id == person.user_id}
    return mark.delivered_seq, mark.read_seq


class TestOwnCommands:
    async def test_reach_the_other_devices_with_client_id(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await bob.send(alice)
        laptop = (await lines.hello(alice)).line
        others = [(await lines.hello(await people.device(alice))).line for _ in range(2)]
        of_bob = (await lines.hello(bob)).line
        sent = await answer(laptop, send_message("one", to_user_id=bob.user_id))
        assert isinstance(sent, MessageSent)
        for kind, frame in (
            (MessageEdited, edit_message(sent, "two")),
            (ReactionSet, set_reaction(message)),
            (GroupCreated, create_group(bob)),
        ):
            own = await answer(laptop, frame)
            assert isinstance(own, kind)
            for line in others:
                assert own == (await line.hear_until(kind))[1]
            assert (await of_bob.hear_until(kind))[1].client_id is None

    async def test_reach_the_others_when_they_come_back(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        phone = await people.device(alice)
        first = await bob.send(alice)
        epoch = (await lines.hello(phone)).welcome.epoch
        laptop = (await lines.hello(alice)).line
        frame = send_message("from my laptop", to_user_id=bob.user_id)
        await answer(laptop, frame)
        (event,) = (await lines.hello(phone, {first.conversation_id: 1}, epoch)).events
        assert (["from my laptop"], frame["client_id"]) == (texts([event]), event.client_id)


class TestOwnReadPosition:
    async def test_reaches_the_other_devices(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        laptop, phone = [(await lines.hello(one)).line for one in (bob, await people.device(bob))]
        for _ in range(2):
            message = await alice.send(bob)
        await saw(laptop, message.conversation_id, 2)
        _, told = await phone.hear_until(ReadAdvanced)
        assert (message.conversation_id, bob.user_id, 0, 2) == (
            told.conversation_id, told.user_id, told.from_seq, told.to_seq,
        )  # fmt: skip
        assert 0 == (await when(lambda: row(bob, message.conversation_id), lambda one: one.read_seq == 2)).unread

    async def test_reaches_the_other_devices_by_sending(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await alice.send(bob)
        laptop, phone = [(await lines.hello(one)).line for one in (bob, await people.device(bob))]
        await answer(laptop, send_message("an answer", to_user_id=alice.user_id))
        _, told = await phone.hear_until(ReadAdvanced)
        assert (bob.user_id, 2) == (told.user_id, told.to_seq)

    async def test_reaches_a_device_that_was_away(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        phone = await people.device(bob)
        for _ in range(3):
            message = await alice.send(bob)
        epoch = (await lines.hello(phone)).welcome.epoch
        await lines.cut()
        laptop = (await lines.hello(bob)).line
        await saw(laptop, message.conversation_id, 2)
        await got(laptop, message.conversation_id, 3)
        await when(lambda: row(bob, message.conversation_id), lambda one: (one.delivered_seq, one.read_seq) == (3, 2))
        opened = await lines.hello(phone, {message.conversation_id: 3}, epoch)
        assert [] == opened.events
        assert (3, 2) == own_mark(opened.caught_up, bob)

    async def test_delivery_to_one_is_delivery(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        laptop, phone = [(await lines.hello(one)).line for one in (bob, await people.device(bob))]
        message = await alice.send(bob)
        await got(laptop, message.conversation_id, 1)
        _, told = await phone.hear_until(DeliveredAdvanced)
        assert (bob.user_id, 1) == (told.user_id, told.to_seq)


class TestCursors:
    async def test_each_device_has_its_own(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        messages = [await alice.send(bob, str(number)) for number in range(4)]
        conversation_id = messages[0].conversation_id
        epoch = (await lines.hello(bob)).welcome.epoch
        for device, cursor in ((bob, 3), (await people.device(bob), 1), (await people.device(bob), 4)):
            events = (await lines.hello(device, {conversation_id: cursor}, epoch)).events
            assert list(range(cursor + 1, 5)) == [one.seq for one in events]

    async def test_a_new_device_begins_with_a_snapshot(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        await row_at(bob, message.conversation_id, 1)
        opened = await lines.hello(await people.device(bob))
        assert not opened.synced.recovered
        assert [message.conversation_id] == [one.conversation_id for one in opened.snapshot.conversations]


class TestSigningOut:
    async def test_closes_that_device_alone(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        phone, tablet = await people.device(alice), await people.device(alice)
        of = {one.credentials.device_id: (await lines.hello(one)).line for one in (alice, phone, tablet)}
        await alice.api.sign_out(phone.credentials.device_id)
        assert 4503 == await of.pop(phone.credentials.device_id).hear_close()
        message = await bob.send(alice, "to those that are left")
        for line in of.values():
            assert message.message_id == (await line.hear_one(MessageSent)).message_id
        left = {one.device_id for one in await alice.api.devices()}
        assert {alice.credentials.device_id, tablet.credentials.device_id} == left

    async def test_of_oneself(self, lines: Lines, people: People) -> None:
        alice = await people.person("alice")
        phone = await people.device(alice)
        line = (await lines.hello(phone)).line
        await phone.api.sign_out()
        assert 4503 == await line.hear_close()
        assert [alice.credentials.device_id] == [one.device_id for one in await alice.api.devices()]

    async def test_not_found_for_another_persons(self, lines: Lines, alice: Person, bob: Person) -> None:
        line = (await lines.hello(bob)).line
        with pytest.raises(ApiError) as refused:
            await alice.api.sign_out(bob.credentials.device_id)
        assert (404, "not-found") == (refused.value.status, refused.value.code)
        assert isinstance(await line.ask("nonsense"), Malformed)


class TestReplaced:
    async def test_the_other_devices_stay(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        phone = (await lines.hello(await people.device(alice))).line
        older, newer = (await lines.hello(alice)).line, (await lines.hello(alice)).line
        assert 4502 == await older.hear_close()
        message = await bob.send(alice)
        for line in (phone, newer):
            assert message.message_id == (await line.hear_one(MessageSent)).message_id

    async def test_the_newer_one_resumes_with_its_cursor(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        messages = [await bob.send(alice) for _ in range(2)]
        older = await lines.hello(alice)
        newer = await lines.hello(alice, {messages[0].conversation_id: 1}, older.welcome.epoch)
        assert 4502 == await older.line.hear_close()
        assert [2] == [one.seq for one in newer.events]
