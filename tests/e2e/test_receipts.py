"""Ticks while it is live: who is told that something was delivered or read, and that watermarks only grow."""

from clients.python import MessageSent
from clients.python.frames import CommandRefused, DeliveredAdvanced, ReadAdvanced
from tests.e2e.line import Line, Lines
from tests.e2e.people import People, Person
from tests.e2e.receipts import got, group, saw, say_in

Advanced = DeliveredAdvanced | ReadAdvanced
Step = tuple[str, int, int]


async def hear_advances(line: Line, kind: type[Advanced], to_seq: int) -> list[Step]:
    """Advances of this kind until one reaches `to_seq`: who, from and to. No other kind may come between."""
    steps: list[Step] = []
    while not steps or steps[-1][2] < to_seq:
        before, frame = await line.hear_until(kind)
        assert not [one for one in before if isinstance(one, Advanced)], before
        steps.append((frame.user_id, frame.from_seq, frame.to_seq))
    return steps


class TestDelivered:
    async def test_told_to_the_author(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = await alice.send(bob)
        await of_bob.hear_until(MessageSent)
        await got(of_bob, sent.conversation_id, 1)
        _, frame = await of_alice.hear_until(DeliveredAdvanced)
        assert (sent.conversation_id, bob.user_id, 0, 1) == (
            frame.conversation_id, frame.user_id, frame.from_seq, frame.to_seq,
        )  # fmt: skip
        assert frame.at >= sent.at

    async def test_told_to_ones_own_other_devices(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_laptop, of_phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        sent = await alice.send(bob)
        await of_laptop.hear_until(MessageSent)
        await saw(of_laptop, sent.conversation_id, 1)
        assert [(bob.user_id, 0, 1)] == await hear_advances(of_phone, ReadAdvanced, 1)

    async def test_by_the_first_of_several_devices(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_alice = (await lines.hello(alice)).line
        of_laptop, of_phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        sent = await alice.send(bob)
        await got(of_phone, sent.conversation_id, 1)
        assert [(bob.user_id, 0, 1)] == await hear_advances(of_alice, DeliveredAdvanced, 1)
        await got(of_laptop, sent.conversation_id, 1)
        await alice.send(bob)
        await got(of_laptop, sent.conversation_id, 2)
        assert [(bob.user_id, 1, 2)] == await hear_advances(of_alice, DeliveredAdvanced, 2)

    async def test_many_are_told_as_one_chain(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = [await alice.send(bob, str(number)) for number in range(20)]
        for one in sent:
            await got(of_bob, one.conversation_id, one.seq)
        steps = await hear_advances(of_alice, DeliveredAdvanced, 20)
        assert [0, *(to_seq for _, _, to_seq in steps[:-1])] == [from_seq for _, from_seq, _ in steps]


class TestRead:
    async def test_implies_delivered(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice, of_bob = (await lines.hello(alice)).line, (await lines.hello(bob)).line
        sent = await alice.send(bob)
        await saw(of_bob, sent.conversation_id, 1)
        assert [(bob.user_id, 0, 1)] == await hear_advances(of_alice, ReadAdvanced, 1)
        await got(of_bob, sent.conversation_id, 1)
        await alice.send(bob)
        await got(of_bob, sent.conversation_id, 2)
        assert [(bob.user_id, 1, 2)] == await hear_advances(of_alice, DeliveredAdvanced, 2)

    async def test_never_moves_back(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_alice = (await lines.hello(alice)).line
        of_laptop, of_phone = (await lines.hello(bob)).line, (await lines.hello(await people.device(bob))).line
        for _ in range(3):
            sent = await alice.send(bob)
        await saw(of_laptop, sent.conversation_id, 2)
        steps = await hear_advances(of_alice, ReadAdvanced, 2)
        await saw(of_phone, sent.conversation_id, 1)
        await got(of_phone, sent.conversation_id, 2)
        await saw(of_laptop, sent.conversation_id, 3)
        steps += await hear_advances(of_alice, ReadAdvanced, 3)
        assert [(bob.user_id, 0, 2), (bob.user_id, 2, 3)] == steps

    async def test_by_answering(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_alice = (await lines.hello(alice)).line
        for _ in range(2):
            await alice.send(bob)
        await bob.send(alice, "answer")
        before, frame = await of_alice.hear_until(ReadAdvanced)
        assert (bob.user_id, 0) == (frame.user_id, frame.from_seq)
        assert frame.to_seq in (2, 3)  # its own answer may count, or not
        assert not [one for one in before if isinstance(one, Advanced)]


class TestRefused:
    async def test_beyond_the_head(self, lines: Lines, alice: Person, bob: Person) -> None:
        of_bob = (await lines.hello(bob)).line
        sent = await alice.send(bob)
        for acknowledge, command in ((got, "AcknowledgeDelivery"), (saw, "AcknowledgeRead")):
            await acknowledge(of_bob, sent.conversation_id, 2)
            _, refused = await of_bob.hear_until(CommandRefused)
            assert (command, "beyond-head") == (refused.command, refused.reason)
            assert sent.conversation_id == refused.conversation_id
            assert refused.client_id is None

    async def test_by_a_stranger(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        of_carol = (await lines.hello(await people.person("carol"))).line
        sent = await alice.send(bob)
        await saw(of_carol, sent.conversation_id, 1)
        refused = await of_carol.hear_one(CommandRefused)
        assert ("AcknowledgeRead", "not-a-member") == (refused.command, refused.reason)


class TestGroup:
    async def test_told_to_the_authors_covered_alone(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol, dave = await people.person("carol"), await people.person("dave")
        of = {one.user_id: (await lines.hello(one)).line for one in (alice, bob, carol, dave)}
        conversation_id = await group(alice, bob, carol, dave)
        for author in (alice, carol):
            sent = await say_in(conversation_id, author)
        await saw(of[bob.user_id], conversation_id, sent.seq)
        for author in (alice, carol):
            read = await hear_read_by(of[author.user_id], bob)
            assert (conversation_id, sent.seq) == (read.conversation_id, read.to_seq)
        last = await say_in(conversation_id, alice, "the last")
        before, _ = await hear_message(of[dave.user_id], last)
        assert not [one for one in before if isinstance(one, Advanced)], "dave wrote nothing"


async def hear_read_by(line: Line, reader: Person) -> ReadAdvanced:
    """That the reader has read; others may have by sending."""
    while (frame := (await line.hear_until(ReadAdvanced))[1]).user_id != reader.user_id:
        pass
    return frame


async def hear_message(line: Line, message: MessageSent) -> tuple[list[object], MessageSent]:
    """What comes before that message, and it."""
    before: list[object] = []
    while True:
        some, frame = await line.hear_until(MessageSent)
        before += some
        if frame.seq == message.seq:
            return before, frame
        before.append(frame)
