"""What HTTP shows equals what the devices received: timelines, their pages, and the conversation list."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from clients.python import ApiError, Client, MessageSent
from clients.python.resources import TimelinePage
from tests.e2e.line import Lines, texts
from tests.e2e.people import People, Person, send_message, shown


async def said(people: People, count: int) -> tuple[Person, Person, list[MessageSent]]:
    """Two people, and as many messages between them, in turn; all are shown."""
    alice, bob = await people.pair()
    pairs = [(alice, bob), (bob, alice)]
    events = [await pairs[number % 2][0].send(pairs[number % 2][1], str(number + 1)) for number in range(count)]
    for one in (alice, bob):
        await shown(one, events[0].conversation_id, count)
    return alice, bob, events


def seqs(page: TimelinePage) -> list[int]:
    return [event.seq for event in page.events]


class TestTimeline:
    async def test_equals_what_devices_received(self, people: People) -> None:
        alice, bob = await people.pair()
        async with Client(alice.api) as of_alice, Client(bob.api) as of_bob:
            await of_alice.wait_synced()
            await of_bob.wait_synced()
            for number in range(10):
                await of_alice.send_text(f"{number} from alice", to_user_id=bob.user_id)
                await of_bob.send_text(f"{number} from bob", to_user_id=alice.user_id)
            for client, person in ((of_alice, alice), (of_bob, bob)):
                (copy,) = client.conversations.values()
                await client.wait_until(lambda copy=copy: copy.cursor == 20)  # type: ignore[misc]
                page = await shown(person, copy.conversation_id, 20)
                assert list(page.events) == copy.history

    async def test_the_newest_page_without_a_place(self, people: People) -> None:
        alice, _, events = await said(people, 6)
        page = await alice.api.timeline(events[0].conversation_id, limit=4)
        assert ([3, 4, 5, 6], True) == (seqs(page), page.has_more)
        assert ["3", "4", "5", "6"] == texts(page.events)
        whole = await alice.api.timeline(events[0].conversation_id)
        assert ([1, 2, 3, 4, 5, 6], False) == (seqs(whole), whole.has_more)

    async def test_before_and_after_by_seq_id_and_time(self, people: People) -> None:
        alice, _, events = await said(people, 6)
        third = events[2]
        earlier = [event.seq for event in events if event.at < third.at]
        later = [event.seq for event in events if event.at > third.at]
        for place, before, after in (
            (third.seq, [1, 2], [4, 5, 6]),
            (third.message_id, [1, 2], [4, 5, 6]),
            (third.at, earlier, later),
        ):
            assert before == seqs(await alice.api.timeline(third.conversation_id, before=place))
            assert after == seqs(await alice.api.timeline(third.conversation_id, after=place))

    async def test_pages_forth_and_back_meet_every_event_once(self, people: People) -> None:
        alice, _, events = await said(people, 7)
        conversation_id = events[0].conversation_id
        forth, back = [0], [8]
        has_more = [True, True]
        while any(has_more):
            page = await alice.api.timeline(conversation_id, after=forth[-1], limit=3)
            forth += seqs(page)
            other = await alice.api.timeline(conversation_id, before=back[0], limit=3)
            back = seqs(other) + back
            has_more = [page.has_more, other.has_more]
        assert list(range(8)) == forth
        assert list(range(1, 9)) == back

    async def test_empty_beyond_its_ends(self, people: People) -> None:
        alice, _, events = await said(people, 2)
        conversation_id = events[0].conversation_id
        day = timedelta(days=1)
        for place in ({"before": 1}, {"before": 0}, {"after": 2}, {"after": 10**18}):
            page = await alice.api.timeline(conversation_id, **place)
            assert ([], False) == (seqs(page), page.has_more)
        assert [] == seqs(await alice.api.timeline(conversation_id, before=events[0].at - day))
        assert [] == seqs(await alice.api.timeline(conversation_id, after=events[1].at + day))
        assert [1, 2] == seqs(await alice.api.timeline(conversation_id, before=events[1].at + day))

    async def test_not_found_for_others(self, people: People) -> None:
        _, _, events = await said(people, 1)
        carol = await people.person("carol")
        conversation_id = events[0].conversation_id
        for one in (conversation_id, str(uuid4()), "x"):
            for call in (carol.api.conversation(one), carol.api.timeline(one), carol.api.timeline(one, before=5)):
                with pytest.raises(ApiError) as refused:
                    await call
                assert (404, "not-found") == (refused.value.status, refused.value.code)


class TestConversations:
    async def test_newest_activity_first_page_by_page(self, people: People) -> None:
        alice = await people.person("alice")
        friends = [await people.person(name) for name in ("bob", "carol", "dave")]
        events = [await friend.send(alice) for friend in (*friends, friends[0])]
        await shown(alice, events[-1].conversation_id, 2)
        expected = [events[number].conversation_id for number in (3, 2, 1)]
        page = await alice.api.conversations()
        assert (expected, None) == ([row.conversation_id for row in page.conversations], page.next)
        first = await alice.api.conversations(limit=2)
        second = await alice.api.conversations(limit=2, after=first.next)
        assert expected == [row.conversation_id for one in (first, second) for row in one.conversations]
        assert second.next is None

    async def test_head_unread_and_positions(self, people: People) -> None:
        alice, bob = await people.pair()
        await alice.send(bob, "one")
        await bob.send(alice, "two")
        last = await bob.send(alice, "three")
        for person, unread, read_seq in ((alice, 2, 1), (bob, 0, 3)):
            await shown(person, last.conversation_id, 3)
            (row,) = (await person.api.conversations()).conversations
            assert ("direct", None, 3, unread, read_seq) == (row.kind, row.name, row.head_seq, row.unread, row.read_seq)
            assert {alice.user_id, bob.user_id} == set(row.member_ids)
            assert "member" == row.role
            page = await person.api.timeline(last.conversation_id)
            assert page.events[-1] == row.head_message

    async def test_one_with_all_its_members(self, people: People) -> None:
        alice, bob, events = await said(people, 1)
        one = await bob.api.conversation(events[0].conversation_id)
        assert {alice.user_id, bob.user_id} == set(one.member_ids)
        assert 1 == one.unread
        (row,) = (await bob.api.conversations()).conversations
        assert row.head_message == one.head_message

    async def test_equals_the_snapshot_after_synced(self, lines: Lines, people: People) -> None:
        """What was confirmed before Hello is in the snapshot, whatever the views' delay."""
        alice, bob = await people.pair()
        line = (await lines.hello(bob)).line
        for number in range(5):
            await line.say(send_message(str(number), to_user_id=alice.user_id))
            sent = await line.hear_one(MessageSent)
            (row,) = (await lines.hello(alice)).snapshot.conversations
            assert (sent.seq, sent.text) == (row.head_seq, row.head_message and row.head_message.text)

    async def test_many_at_once(self, people: People) -> None:
        alice = await people.person("alice")
        friends = [await people.person() for _ in range(5)]
        events = await asyncio.gather(*(friend.send(alice) for friend in friends))
        for event in events:
            await shown(alice, event.conversation_id, 1)
        rows = (await alice.api.conversations()).conversations
        heads = [row.head_message for row in rows if row.head_message]
        assert sorted(heads, key=lambda head: head.at, reverse=True) == heads
        assert {event.message_id for event in events} == {head.message_id for head in heads}
