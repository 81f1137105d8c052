"""While it is live: order, and nothing between catch-up and Synced falls through."""

import asyncio

from clients.python import Client, MessageSent
from clients.python.frames import AnyTimelineEvent
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, shown

MESSAGES = 400
AT_ONCE = 8
LIVE_FRAMES = 7


async def keep_sending(client: Client, to: Person, count: int = MESSAGES) -> None:
    """As fast as the answers come, a few at a time."""
    numbers = iter(range(count))

    async def one_after_another() -> None:
        for number in numbers:
            await client.send_text(str(number), to_user_id=to.user_id)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


class TestComingBack:
    async def test_no_hole_and_no_double_while_messages_flow(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        first = await alice.send(bob)
        async with Client(alice.api) as client:
            await client.wait_synced()
            sending = asyncio.create_task(keep_sending(client, bob))
            seen, connections = await come_and_go(lines, bob, first, MESSAGES + 1)
            await sending
        assert list(range(1, MESSAGES + 2)) == sorted(seen)
        page = await shown(bob, first.conversation_id, MESSAGES + 1)
        assert [seen[event.seq] for event in page.events] == [message_id(event) for event in page.events]
        assert connections > 3


async def come_and_go(lines: Lines, person: Person, first: MessageSent, head_seq: int) -> tuple[dict[int, str], int]:
    """Connect again and again, hear a few live frames each time: the ids by seq, and how often it connected."""
    seen = {first.seq: first.message_id}
    epoch = (await lines.hello(person)).welcome.epoch
    connections = 0
    while max(seen) < head_seq:
        cursor = max(seen)
        opened = await lines.hello(person, {first.conversation_id: cursor}, epoch)
        assert opened.synced.recovered
        assert list(range(cursor + 1, cursor + 1 + len(opened.events))) == [event.seq for event in opened.events]
        for event in opened.events:
            seen[event.seq] = message_id(event)
        for _ in range(LIVE_FRAMES if max(seen) < head_seq else 0):
            live = await opened.line.hear_one(MessageSent)
            assert live.seq <= max(seen) + 1, "a hole after Synced"
            assert live.message_id == seen.setdefault(live.seq, live.message_id)
            if live.seq == head_seq:
                break
        opened.line.connection.abort()
        connections += 1
    return seen, connections


def message_id(event: AnyTimelineEvent) -> str:
    assert isinstance(event, MessageSent)
    return event.message_id


class TestOrder:
    async def test_both_hear_the_same_in_the_order_of_seq(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        await alice.send(bob)
        both = [(await lines.hello(person)).line for person in (alice, bob)]
        async with (
            Client((await people.device(alice)).api) as of_alice,
            Client((await people.device(bob)).api) as of_bob,
        ):
            await of_alice.wait_synced()
            await of_bob.wait_synced()
            await asyncio.gather(keep_sending(of_alice, bob, 60), keep_sending(of_bob, alice, 60))
        heard = [[await line.hear_one(MessageSent) for _ in range(120)] for line in both]
        for events in heard:
            assert list(range(2, 122)) == [event.seq for event in events]
        assert [event.message_id for event in heard[0]] == [event.message_id for event in heard[1]]
        assert sorted(event.message_id for event in heard[0]) == [event.message_id for event in heard[0]]
