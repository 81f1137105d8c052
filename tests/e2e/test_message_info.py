"""Message info: each member to whom a message was sent, with times, for its author alone."""

from uuid import uuid4

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import DeliveredAdvanced, MemberRemoved, ReadAdvanced
from tests.e2e.line import Lines
from tests.e2e.people import People, Person
from tests.e2e.receipts import (
    add,
    are_delivered,
    are_read,
    edit,
    got,
    group,
    info,
    info_when,
    lists,
    nothing_yet,
    saw,
    say_in,
)


class TestTimes:
    async def test_sent_then_delivered_then_read(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = await alice.send(bob)
        assert nothing_yet(bob) == await info_when(alice, sent, lists(bob))

        await got(of_bob, sent.conversation_id, 1)
        _, delivered = await of_alice.hear_until(DeliveredAdvanced)
        seen = await info_when(alice, sent, are_delivered(bob))
        assert (delivered.at, None) == seen[bob.user_id].times

        await saw(of_bob, sent.conversation_id, 1)
        _, read = await of_alice.hear_until(ReadAdvanced)
        seen = await info_when(alice, sent, are_read(bob))
        assert (delivered.at, read.at) == seen[bob.user_id].times

    async def test_of_the_first_advance_past_a_message(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = [await alice.send(bob, str(number)) for number in range(3)]
        read = []
        for seq in (2, 3):
            await saw(of_bob, sent[0].conversation_id, seq)
            read.append((await of_alice.hear_until(ReadAdvanced))[1].at)
        await info_when(alice, sent[2], are_read(bob))
        seen = [(await info(alice, one))[bob.user_id] for one in sent]
        expected = [(read[0], read[0]), (read[0], read[0]), (read[1], read[1])]
        assert expected == [one.times for one in seen]

    async def test_read_by_answering(self, alice: Person, bob: Person) -> None:
        sent = await alice.send(bob)
        answer = await bob.send(alice, "answer")
        seen = await info_when(alice, sent, are_read(bob))
        assert (answer.at, answer.at) == seen[bob.user_id].times
        assert nothing_yet(alice) == await info_when(bob, answer, lists(alice))

    async def test_of_the_edited_text_after_an_edit(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_bob = (await lines.hello(bob)).line
        sent = await alice.send(bob)
        await saw(of_bob, sent.conversation_id, 1)
        await info_when(alice, sent, are_read(bob))
        edited = await edit(alice, sent)
        await info_when(alice, sent, lambda seen: nothing_yet(bob) == seen)
        await saw(of_bob, sent.conversation_id, edited.seq)
        seen = await info_when(alice, sent, are_read(bob))
        assert all(time and time >= edited.at for time in seen[bob.user_id].times)


class TestAway:
    async def test_the_author_meanwhile(self, lines: Lines, alice: Person, bob: Person) -> None:
        gone = await lines.hello(alice)
        sent = await alice.send(bob)
        gone.line.connection.abort()
        of_bob = (await lines.hello(bob)).line
        await saw(of_bob, sent.conversation_id, 1)
        await info_when(alice, sent, are_read(bob))
        back = await lines.hello(alice, {sent.conversation_id: 1}, gone.welcome.epoch)
        assert back.synced.recovered
        (piece,) = back.caught_up
        marks = [(one.user_id, one.delivered_seq, one.read_seq) for one in piece.watermarks]
        assert (bob.user_id, 1, 1) in marks

    async def test_the_recipient_until_later(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice = (await lines.hello(alice)).line
        sent = await alice.send(bob)
        assert nothing_yet(bob) == await info_when(alice, sent, lists(bob))
        opened = await lines.hello(bob)
        assert sent.seq == opened.snapshot.conversations[0].head_seq
        assert nothing_yet(bob) == await info(alice, sent), "connecting alone is no receipt"
        await got(opened.line, sent.conversation_id, 1)
        _, delivered = await of_alice.hear_until(DeliveredAdvanced)
        seen = await info_when(alice, sent, are_delivered(bob))
        assert (delivered.at, None) == seen[bob.user_id].times


class TestGroup:
    async def test_each_member_by_itself(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        of_bob, of_carol = (await lines.hello(bob)).line, (await lines.hello(carol)).line
        conversation_id = await group(alice, bob, carol)
        sent = await say_in(conversation_id, alice)
        await saw(of_bob, conversation_id, sent.seq)
        seen = await info_when(alice, sent, are_read(bob))
        assert nothing_yet(carol)[carol.user_id] == seen[carol.user_id]
        await got(of_carol, conversation_id, sent.seq)
        seen = await info_when(alice, sent, are_delivered(bob, carol))
        assert seen[carol.user_id].read_at is None

    async def test_who_left_since_stays_and_who_came_since_is_not_there(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        of_carol = (await lines.hello(carol)).line
        conversation_id = await group(alice, bob, carol)
        first = await say_in(conversation_id, alice)
        await saw(of_carol, conversation_id, first.seq)
        await info_when(alice, first, are_read(carol))
        await carol.do(MemberRemoved, {"type": "LeaveGroup", "conversation_id": conversation_id})
        await add(conversation_id, alice, dave)
        second = await say_in(conversation_id, alice)
        assert nothing_yet(bob, dave) == await info_when(alice, second, lists(bob, dave))
        seen = await info(alice, first)
        assert {bob.user_id, carol.user_id} == set(seen)
        assert seen[carol.user_id].read_at

    async def test_who_came_back_missed_what_was_between(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob, carol)
        sent = [await say_in(conversation_id, alice, "with carol")]
        await carol.do(MemberRemoved, {"type": "LeaveGroup", "conversation_id": conversation_id})
        sent.append(await say_in(conversation_id, alice, "without"))
        await add(conversation_id, alice, carol)
        sent.append(await say_in(conversation_id, alice, "with her again"))
        await info_when(alice, sent[2], lists(bob, carol))
        there = [carol.user_id in await info(alice, one) for one in sent]
        assert [True, False, True] == there


class TestWhoMayAsk:
    async def test_authors_only(self, people: People) -> None:
        alice, bob = await people.pair()
        sent = await alice.send(bob)
        await info_when(alice, sent, lists(bob))
        carol = await people.person("carol")
        assert (403, "forbidden") == await refusal(bob, sent)
        assert (404, "not-found") == await refusal(carol, sent)

    async def test_not_found(self, alice: Person, bob: Person) -> None:
        sent = await alice.send(bob)
        await info_when(alice, sent, lists(bob))
        for conversation_id, message_id in (
            (sent.conversation_id, str(uuid4())),
            (str(uuid4()), sent.message_id),
            (sent.conversation_id, "x"),
            ("x", sent.message_id),
        ):
            assert (404, "not-found") == await refusal(alice, sent, conversation_id, message_id)

    async def test_what_was_not_visible_is_not_found(self, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        conversation_id = await group(alice, bob, carol)
        first = await say_in(conversation_id, carol)
        await carol.do(MemberRemoved, {"type": "LeaveGroup", "conversation_id": conversation_id})
        await add(conversation_id, alice, dave)
        second = await say_in(conversation_id, alice)
        await info_when(alice, second, lists(bob, dave))
        assert {alice.user_id, bob.user_id} == set(await info(carol, first)), "who left may ask about their own"
        assert (404, "not-found") == await refusal(carol, second)
        assert (404, "not-found") == await refusal(dave, first)


async def refusal(
    person: Person, message: MessageSent, conversation_id: str | None = None, message_id: str | None = None
) -> tuple[int, str]:
    where = conversation_id or message.conversation_id
    path = f"/v1/conversations/{where}/messages/{message_id or message.message_id}/receipts"
    with pytest.raises(ApiError) as refused:
        await person.api.request("GET", path)
    return refused.value.status, refused.value.code
