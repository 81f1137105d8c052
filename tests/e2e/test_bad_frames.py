"""Frames that are not understood, and commands that are refused: the exact answer, and the socket goes on."""

import asyncio
import json
from contextlib import suppress
from uuid import uuid4

import pytest

from clients.python import ConnectionLost, MessageSent
from clients.python.frames import CommandRefused, Malformed
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, send_message

SOMEONE = "0198c5f0-0000-7000-8000-000000000000"
SURROGATE = json.dumps(send_message("\ud800", to_user_id=SOMEONE))

MALFORMED: dict[str, object] = {
    "not JSON": "hello",
    "empty": "",
    "a list": [],
    "null": None,
    "no type": {},
    "unknown type": {"type": "Nonsense"},
    "a server's type": {"type": "Synced", "recovered": True},
    "unknown field": send_message(to_user_id=SOMEONE, seq=1),
    "unknown field of a heartbeat": {"type": "Heartbeat", "at": 1},
    "unknown field of the body": send_message(to_user_id=SOMEONE, body={"kind": "text", "text": "x", "size": 1}),
    "unknown body": send_message(to_user_id=SOMEONE, body={"kind": "video", "text": "x"}),
    "no body": send_message(to_user_id=SOMEONE, body=None),
    "text of another type": send_message(to_user_id=SOMEONE, body={"kind": "text", "text": 5}),
    "no client_id": {"type": "SendMessage", "to_user_id": SOMEONE, "body": {"kind": "text", "text": "x"}},
    "empty client_id": send_message(to_user_id=SOMEONE) | {"client_id": ""},
    "client_id of 65": send_message(client_id="x" * 65, to_user_id=SOMEONE),
    "client_id with NUL": send_message(client_id="a\0b", to_user_id=SOMEONE),
    "text with NUL": send_message("a\0b", to_user_id=SOMEONE),
    "lone surrogate": SURROGATE,
    "neither place": send_message(),
    "both places": send_message(to_user_id=SOMEONE, conversation_id=SOMEONE),
    "upper-case UUID": send_message(to_user_id=SOMEONE.upper()),
    "UUID and a newline": send_message(to_user_id=SOMEONE + "\n"),
    "no UUID": send_message(conversation_id="x"),
    "deep nesting": "[" * 30_000 + "]" * 30_000,
    "deep nesting in a frame": '{"type":"Heartbeat","x":' + "[" * 20_000 + "]" * 20_000 + "}",
    "invalid escape": '{"type":"Heartbeat\\q"}',
    "two frames": '{"type":"Heartbeat"}{"type":"Heartbeat"}',
}


class TestMalformed:
    async def test_answered_and_the_socket_goes_on(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        for kind, frame in MALFORMED.items():
            assert isinstance(await line.ask(frame), Malformed), kind
            assert isinstance(await line.ask(send_message(to_user_id=SOMEONE)), CommandRefused), kind

    async def test_names_the_client_id_where_there_was_one(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        for frame, expected in (
            (send_message(client_id="mine"), "mine"),
            (send_message(client_id="mine", to_user_id="x"), "mine"),
            (send_message(client_id="x" * 65, to_user_id=SOMEONE), None),
            ({"type": "Nonsense", "client_id": 5}, None),
            ("[", None),
        ):
            answer = await line.ask(frame)
            assert isinstance(answer, Malformed)
            assert expected == answer.client_id
            assert answer.detail

    async def test_binary(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        await line.connection.send_binary(b'{"type":"Heartbeat"}')
        await line.hear_one(Malformed)

    async def test_broken_utf8_closes(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        await line.say(b'{"type":"\xff"}')
        assert 1007 == await line.hear_close()

    async def test_ten_in_a_row_close(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        for _ in range(9):
            await line.ask("nonsense")
        await line.say({"type": "Heartbeat"})
        for _ in range(9):
            assert isinstance(await line.ask("nonsense"), Malformed)
        await line.say("nonsense")
        assert 4501 == await line.hear_close()


class TestTooLarge:
    @pytest.mark.parametrize(("size", "code"), [((64 << 10) + 1, 1009), ((1 << 20) + 1, 1009), (3 << 20, 1009)])
    async def test_closed(self, lines: Lines, alice: Person, size: int, code: int) -> None:
        line = (await lines.hello(alice)).line
        with suppress(ConnectionLost):  # the server need not read it to the end: what it said counts
            await line.say("x" * size)
        assert code == await line.hear_close()

    async def test_at_the_limit_it_is_read(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        await line.ask("x" * (64 << 10))
        await line.say(json.dumps({"type": "Heartbeat"}).ljust(64 << 10))
        assert isinstance(await line.ask("nonsense"), Malformed)

    async def test_a_large_hello_is_taken(self, lines: Lines, alice: Person) -> None:
        cursors = {str(uuid4()): 1 for _ in range(20_000)}
        epoch = (await lines.hello(alice)).welcome.epoch
        opened = await lines.hello(alice, cursors, epoch)
        assert ([], True) == (opened.missed, opened.synced.recovered)

    async def test_a_larger_hello_closes(self, lines: Lines) -> None:
        line = await lines.open()
        await line.say(json.dumps({"type": "Hello", "ticket": "x" * (1 << 20), "epoch": None, "cursors": {}}))
        assert 1009 == await line.hear_close()


class TestFirstFrame:
    @pytest.mark.parametrize(
        "first",
        [
            {"type": "Heartbeat"},
            send_message(to_user_id=SOMEONE),
            "nonsense",
            {"type": "Hello"},
            {"type": "Hello", "ticket": "x", "epoch": None, "cursors": {}, "more": 1},
            {"type": "Hello", "ticket": "x", "epoch": None, "cursors": {"x": 1}},
            {"type": "Hello", "ticket": "x", "epoch": None, "cursors": {SOMEONE: -1}},
            {"type": "Hello", "ticket": "x", "epoch": None, "cursors": {SOMEONE: "1"}},
        ],
        ids=range(8),
    )
    async def test_closed_when_it_is_no_hello(self, lines: Lines, first: object) -> None:
        line = await lines.open()
        await line.say(first)
        assert 4501 == await line.hear_close()

    async def test_closed_when_it_is_binary(self, lines: Lines) -> None:
        line = await lines.open()
        await line.connection.send_binary(b"{}")
        assert 4501 == await line.hear_close()

    async def test_closed_when_it_does_not_come(self, lines: Lines) -> None:
        line = await lines.open()
        started = asyncio.get_running_loop().time()
        assert 4501 == await line.hear_close()
        assert 4 < asyncio.get_running_loop().time() - started < 8

    async def test_closed_when_it_comes_twice(self, lines: Lines, alice: Person) -> None:
        line = (await lines.hello(alice)).line
        ticket = (await alice.api.ticket()).ticket
        await line.say({"type": "Hello", "ticket": ticket, "epoch": None, "cursors": {}})
        assert 4501 == await line.hear_close()


class TestRefused:
    async def test_for_its_reason(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        theirs = await bob.send(await people.person("carol"))
        line = (await lines.hello(alice)).line
        for frame, reason in (
            (send_message(to_user_id=str(uuid4())), "unknown-user"),
            (send_message(to_user_id=alice.user_id), "not-allowed"),
            (send_message("", to_user_id=bob.user_id), "empty"),
            (send_message("x" * 4_097, to_user_id=bob.user_id), "too-long"),
            (send_message("😀" * 4_097, to_user_id=bob.user_id), "too-long"),
            (send_message(conversation_id=theirs.conversation_id), "not-a-member"),
            (send_message(conversation_id=str(uuid4())), "not-a-member"),
            (send_message(to_user_id=bob.user_id, body={"kind": "media", "media_id": str(uuid4())}), "media-not-ready"),
        ):
            answer = await line.ask(frame)
            assert isinstance(answer, CommandRefused)
            assert (reason, "SendMessage", frame["client_id"]) == (answer.reason, answer.command, answer.client_id)
        assert isinstance(await line.ask(send_message(to_user_id=bob.user_id)), MessageSent)

    async def test_nobody_else_hears_of_it(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line, phone = (await lines.hello(alice)).line, (await lines.hello(await people.device(alice))).line
        bobs = (await lines.hello(bob)).line
        await line.ask(send_message("", to_user_id=bob.user_id))
        await line.ask(send_message(conversation_id=str(uuid4())))
        await line.say(send_message("the first", to_user_id=bob.user_id))
        for other in (line, phone, bobs):
            assert ("the first", 1) == ((event := await other.hear_one(MessageSent)).text, event.seq)

    @pytest.mark.parametrize("text", ["x" * 4_096, "😀" * 4_096, "é\n\t\u202e\u200d ", " ", '"\\/'])
    async def test_not_for_text_within_the_limits(self, lines: Lines, people: People, text: str) -> None:
        alice, bob = await people.pair()
        line, bobs = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        await line.say(send_message(text, "x" * 64, to_user_id=bob.user_id))
        for event in (await line.hear_one(MessageSent), await bobs.hear_one(MessageSent)):
            assert text == event.text


class TestRepeated:
    async def test_the_first_result_again(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line, bobs = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        frame = send_message("once", "mine", to_user_id=bob.user_id)
        first = await line.ask(frame)
        await line.ask(send_message("other", to_user_id=bob.user_id))
        assert isinstance(first, MessageSent)
        assert first == await line.ask(frame)
        by_conversation = send_message("once", "mine", conversation_id=first.conversation_id)
        assert first == await line.ask(by_conversation)
        heard = [await bobs.hear_one(MessageSent) for _ in range(2)]
        assert ["once", "other"] == [event.text for event in heard]

    async def test_after_coming_back_and_from_another_device(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        frame = send_message("once", "mine", to_user_id=bob.user_id)
        first = await (await lines.hello(alice)).line.ask(frame)
        again = await (await lines.hello(alice)).line.ask(frame)
        on_phone = await (await lines.hello(await people.device(alice))).line.ask(frame)
        assert first == again == on_phone

    @pytest.mark.parametrize("change", [{"text": "other"}, {"mentions": True}, {"reply_to": True}])
    async def test_refused_with_other_content(self, lines: Lines, people: People, change: dict[str, object]) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        first = await line.ask(send_message("once", "mine", to_user_id=bob.user_id))
        assert isinstance(first, MessageSent)
        other = send_message(str(change.pop("text", "once")), "mine", to_user_id=bob.user_id)
        for name in change:
            other[name] = {"mentions": [bob.user_id], "reply_to": first.message_id}[name]
        answer = await line.ask(other)
        assert isinstance(answer, CommandRefused)
        assert ("conflict", "mine") == (answer.reason, answer.client_id)

    async def test_another_persons_client_id_is_another(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await alice.send(bob, "from alice", "same")
        assert 2 == (await bob.send(alice, "from bob", "same")).seq

    async def test_within_the_last_64_commands(self, people: People) -> None:
        alice, bob = await people.pair()
        first = await alice.send(bob, "first", "mine")
        await alice.send_many(bob, 63)
        await bob.send_many(alice, 20)
        assert first == await alice.send(bob, "first", "mine")
