"""Who switches read receipts off hides their reading and sees nobody's, except in groups."""

import asyncio

from clients.python import MessageSent
from clients.python.frames import DeliveredAdvanced, ReadAdvanced
from tests.e2e.line import Line, Lines
from tests.e2e.people import SHOWN_SECONDS, People, Person
from tests.e2e.receipts import are_delivered, are_read, group, hide_receipts, info_when, saw, say_in


class TestHiddenReceipts:
    async def test_hide_reading_but_not_delivery(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        await hide_receipts(bob)
        sent = await alice.send(bob)
        await saw(of_bob, sent.conversation_id, 1)
        before, delivered = await of_alice.hear_until(DeliveredAdvanced)
        assert (bob.user_id, 0, 1) == (delivered.user_id, delivered.from_seq, delivered.to_seq)
        seen = await info_when(alice, sent, are_delivered(bob))
        assert (delivered.at, None) == seen[bob.user_id].times
        last = await alice.send(bob)
        after, _ = await of_alice.hear_until(MessageSent)
        assert last.seq == 2
        assert not [one for one in (*before, *after) if isinstance(one, ReadAdvanced)]

    async def test_hide_those_of_others_too(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice = (await lines.hello(alice)).line
        await hide_receipts(bob)
        sent = await bob.send(alice)
        await saw(of_alice, sent.conversation_id, 1)
        seen = await info_when(bob, sent, are_delivered(alice))
        assert seen[alice.user_id].read_at is None

    async def test_hide_reading_by_answering(self, alice: Person, bob: Person) -> None:
        await hide_receipts(bob)
        sent = await alice.send(bob)
        await bob.send(alice, "answer")
        seen = await info_when(alice, sent, are_delivered(bob))
        assert seen[bob.user_id].read_at is None

    async def test_still_count_for_ones_own_unread(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await hide_receipts(bob)
        of_laptop, of_phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        sent = await alice.send(bob)
        await saw(of_laptop, sent.conversation_id, 1)
        _, read = await of_phone.hear_until(ReadAdvanced)
        assert (bob.user_id, 1) == (read.user_id, read.to_seq)
        await info_when(alice, sent, are_delivered(bob))
        (row,) = (await lines.hello(bob)).snapshot.conversations
        assert (1, 0) == (row.read_seq, row.unread)

    async def test_are_shown_in_groups(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_bob = (await lines.hello(bob)).line
        await hide_receipts(bob)
        conversation_id = await group(alice, bob)
        sent = await say_in(conversation_id, alice)
        await saw(of_bob, conversation_id, sent.seq)
        seen = await info_when(alice, sent, are_read(bob))
        assert seen[bob.user_id].delivered_at

    async def test_are_shown_again_once_switched_on(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_bob = (await lines.hello(bob)).line
        await hide_receipts(bob)
        first = await alice.send(bob)
        await saw(of_bob, first.conversation_id, 1)
        await info_when(alice, first, are_delivered(bob))
        await hide_receipts(bob, are_hidden=False)
        async with asyncio.timeout(SHOWN_SECONDS):  # a change takes effect within a moment
            while not await is_shown_as_read(alice, bob, of_bob):
                pass


async def is_shown_as_read(author: Person, reader: Person, device: Line) -> bool:
    """Whether a new message is, once it was read."""
    sent = await author.send(reader)
    await saw(device, sent.conversation_id, sent.seq)
    seen = await info_when(author, sent, are_delivered(reader))
    return seen[reader.user_id].read_at is not None
