"""While it is live: order, and nothing between catch-up and Synced falls through."""

import asyncio

from clients.python import Client, MessageSent
from clients.python.frames import AnyTimelineEvent
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, shown

AT_ONCE = 8
CONNECTIONS = 15
LIVE_FRAMES = 5


async def keep_sending(client: Client, to: Person, count: int) -> None:
    """As fast as the answers come, a few at a time."""
    numbers = iter(range(count))

    async def one_after_another() -> None:
        for number in numbers:
            await client.send_text(str(number), to_user_id=to.user_id)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def send_until(stop: asyncio.Event, client: Client, to: Person) -> int:
    """Ever more messages; returns how many they were."""
    count = 0
    while not stop.is_set():
        await keep_sending(client, to, AT_ONCE)
        count += AT_ONCE
    return count


class TestComingBack:
    async def test_no_hole_and_no_double_while_messages_flow(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        first = await alice.send(bob)
        stop = asyncio.Event()
        async with Client(alice.api) as client:
            await client.wait_synced()
            sending = asyncio.create_task(send_until(stop, client, bob))
            copy = Copy(first, (await lines.hello(bob)).welcome.epoch)
            for _ in range(CONNECTIONS):
                await copy.come_and_go(lines, bob, LIVE_FRAMES)
            stop.set()
            count = await sending
        await copy.come_and_go(lines, bob, 0)
        assert list(range(1, count + 2)) == sorted(copy.ids)
        page = await shown(bob, first.conversation_id, count + 1)
        assert [copy.ids[event.seq] for event in page.events] == [message_id(event) for event in page.events]


class Copy:
    """What a device has of a conversation: message ids by seq."""

    def __init__(self, first: MessageSent, epoch: str) -> None:
        self._conversation_id = first.conversation_id
        self._epoch = epoch
        self.ids = {first.seq: first.message_id}

    async def come_and_go(self, lines: Lines, person: Person, live_frames: int) -> None:
        """Connect with the cursor, hear what was missed and a few live frames, and be cut."""
        cursor = max(self.ids)
        opened = await lines.hello(person, {self._conversation_id: cursor}, self._epoch)
        assert opened.synced.recovered
        assert list(range(cursor + 1, cursor + 1 + len(opened.events))) == [event.seq for event in opened.events]
        for event in opened.events:
            self.ids[event.seq] = message_id(event)
        for _ in range(live_frames):
            live = await opened.line.hear_one(MessageSent)
            assert live.seq <= max(self.ids) + 1, "a hole after Synced"
            assert live.message_id == self.ids.setdefault(live.seq, live.message_id)
        opened.line.connection.abort()


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
        heard = [[(await line.hear_until(MessageSent))[1] for _ in range(120)] for line in both]
        for events in heard:
            assert list(range(2, 122)) == [event.seq for event in events]
        assert [event.message_id for event in heard[0]] == [event.message_id for event in heard[1]]
        assert sorted(event.message_id for event in heard[0]) == [event.message_id for event in heard[0]]
