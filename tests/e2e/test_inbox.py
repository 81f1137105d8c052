"""The conversation list: its order, what is unread, one's own preferences; correct whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import MemberRemoved, MembersAdded
from tests.e2e.commands import add_members, delete_message, edit_message, leave_group, set_reaction
from tests.e2e.conversations import Row, conversation, listed, row, row_at, when
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, send_message
from tests.e2e.receipts import edit, group, saw, say_in


async def order(person: Person, *seqs: tuple[str, int]) -> list[str]:
    """The ids of the list, as soon as these conversations have come so far."""
    for conversation_id, seq in seqs:
        await row_at(person, conversation_id, seq)
    return [one.conversation_id for one in await listed(person)]


async def unread_is(person: Person, conversation_id: str, count: int) -> Row:
    return await when(lambda: row(person, conversation_id), lambda one: one.unread == count)


class TestOrder:
    async def test_by_activity_of_any_kind(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        first, second = await bob.send(alice), await carol.send(alice)
        third = await group(alice, bob)
        a, b = first.conversation_id, second.conversation_id
        assert [third, b, a] == await order(alice, (a, 1), (b, 1), (third, 1))
        await edit(bob, first)
        assert [a, third, b] == await order(alice, (a, 2))
        await alice.api.request("POST", "/v1/commands", body=set_reaction(second))
        assert [b, a, third] == await order(alice, (b, 2))
        await alice.do(MembersAdded, add_members(third, carol))
        assert [third, b, a] == await order(alice, (third, 2))
        await bob.api.request("POST", "/v1/commands", body=delete_message(first))
        assert [a, third, b] == await order(alice, (a, 3))
        await alice.send(carol)
        assert [b, a, third] == await order(alice, (b, 3))

    async def test_not_by_what_happens_after_one_has_left(self, people: People) -> None:
        alice, bob = await people.pair()
        left = await group(alice, bob)
        stayed = (await alice.send(bob)).conversation_id
        await bob.do(MemberRemoved, leave_group(left))
        assert [left, stayed] == await order(bob, (left, 2), (stayed, 1))
        await alice.send(bob)
        await say_in(left, alice)
        await row_at(alice, left, 3)
        assert [stayed, left] == await order(bob, (stayed, 2))

    async def test_page_by_page(self, people: People) -> None:
        alice = await people.person("alice")
        groups = [await group(alice) for _ in range(5)]
        expected = await order(alice, *((one, 1) for one in groups))
        assert list(reversed(groups)) == expected
        seen: list[str] = []
        after = None
        for size in (2, 2, 1):
            page = await alice.api.conversations(after=after, limit=2)
            assert size == len(page.conversations)
            seen += [one.conversation_id for one in page.conversations]
            after = page.next
        assert (expected, None) == (seen, after)


class TestUnread:
    async def test_counts_others_messages_after_ones_read_position(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(bob)).line
        for count in (1, 2, 3):
            message = await alice.send(bob, str(count))
            assert count == (await row_at(bob, message.conversation_id, count)).unread
            assert 0 == (await row_at(alice, message.conversation_id, count)).unread
        for seq, left in ((2, 1), (3, 0)):
            await saw(line, message.conversation_id, seq)
            one = await unread_is(bob, message.conversation_id, left)
            assert (seq, 3) == (one.read_seq, one.head_seq)
            assert left == (await conversation(bob, message.conversation_id)).unread

    async def test_counts_no_edits_deletions_reactions_and_members(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        message = await say_in(conversation_id, alice)
        await edit(alice, message)
        for frame in (set_reaction(message), delete_message(message), add_members(conversation_id, carol)):
            await alice.api.request("POST", "/v1/commands", body=frame)
        one = await row_at(bob, conversation_id, 6)
        assert (1, 6) == (one.unread, one.head_seq)
        await say_in(conversation_id, alice)
        assert 2 == (await row_at(bob, conversation_id, 7)).unread
        assert 1 == (await row_at(carol, conversation_id, 7)).unread

    async def test_nothing_after_ones_own_message_from_whatever_device(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        assert 1 == (await row_at(bob, message.conversation_id, 1)).unread
        await (await people.device(bob)).send(alice, "from my phone")
        one = await row_at(bob, message.conversation_id, 2)
        assert (0, 2, 2, "from my phone") == (one.unread, one.read_seq, one.delivered_seq, one.head_text)

    async def test_stays_as_it_was_when_one_left(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        await say_in(conversation_id, alice)
        await bob.do(MemberRemoved, leave_group(conversation_id))
        await say_in(conversation_id, alice)
        await row_at(alice, conversation_id, 4)
        one = await row(bob, conversation_id)
        assert (None, 3, 1) == (one.role, one.head_seq, one.unread)

    async def test_the_same_in_list_conversation_and_snapshot(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        message = await say_in(conversation_id, alice)
        await bob.api.request("POST", "/v1/commands", body=set_reaction(message))
        await say_in(conversation_id, alice)
        (in_snapshot,) = (await lines.hello(bob)).snapshot.conversations
        in_list, alone = await row(bob, conversation_id), await conversation(bob, conversation_id)
        assert 2 == in_snapshot.unread == in_list.unread == alone.unread
        assert in_snapshot.head_message == in_list.head_message == alone.head_message


class TestHeadMessage:
    async def test_the_last_message_whatever_came_after(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        assert (await row_at(bob, conversation_id, 1)).head_message is None
        message = await say_in(conversation_id, alice, "last")
        await bob.do(MemberRemoved, leave_group(conversation_id))
        for person in (alice, bob):
            one = await row_at(person, conversation_id, 3)
            assert (message.message_id, "last") == (one.head_message and one.head_message.message_id, one.head_text)

    async def test_of_who_has_left_the_last_one_seen(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        message = await say_in(conversation_id, alice, "last of bob")
        await bob.do(MemberRemoved, leave_group(conversation_id))
        await say_in(conversation_id, alice, "of alice alone")
        await row_at(alice, conversation_id, 4)
        one = await row(bob, conversation_id)
        assert one.head_message
        assert (message.message_id, "last of bob") == (one.head_message.message_id, one.head_text)

    async def test_its_edit_survives_later_events(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "frist")
        for frame in (edit_message(message, "first"), set_reaction(message), set_reaction(message, None)):
            await alice.api.request("POST", "/v1/commands", body=frame)
        one = await row_at(bob, message.conversation_id, 4)
        assert "first" == one.head_text

    async def test_a_new_one_has_nothing_of_the_old(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "old")
        for frame in (edit_message(message), set_reaction(message), delete_message(message)):
            await alice.api.request("POST", "/v1/commands", body=frame)
        sent = await alice.do(MessageSent, send_message("new", conversation_id=message.conversation_id))
        one = await row_at(bob, message.conversation_id, sent.seq)
        assert one.head_message
        assert ("new", None, False, ()) == (
            one.head_text, one.head_message.edited_at, one.head_message.is_deleted, one.head_message.reactions,
        )  # fmt: skip


class TestPreferences:
    async def test_muted_until(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        await row_at(bob, conversation_id, 1)
        until = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=123_000)
        said = until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert {"muted_until": said} == await prefer(bob, conversation_id, muted_until=said)
        assert {"muted_until": said} == await prefer(bob, conversation_id)
        for one in (await row(bob, conversation_id), await conversation(bob, conversation_id)):
            assert until == one.muted_until
        assert [until] == [one.muted_until for one in (await lines.hello(bob)).snapshot.conversations]
        assert (await row_at(alice, conversation_id, 1)).muted_until is None
        assert {"muted_until": None} == await prefer(bob, conversation_id, muted_until=None)
        assert (await row(bob, conversation_id)).muted_until is None

    @pytest.mark.parametrize(
        "said",
        ["tomorrow", "2027-01-01", "2027-01-01T00:00:00", "1800000000", 5, True, "9999-12-31T23:59:59-01:00"],
    )
    async def test_refused_for_what_is_no_time(self, alice: Person, bob: Person, said: object) -> None:
        conversation_id = (await alice.send(bob)).conversation_id
        await row_at(bob, conversation_id, 1)
        with pytest.raises(ApiError) as refused:
            await prefer(bob, conversation_id, muted_until=said)
        assert (422, "invalid") == (refused.value.status, refused.value.code)
        assert (await row(bob, conversation_id)).muted_until is None


async def prefer(person: Person, conversation_id: str, **change: object) -> object:
    path = f"/v1/conversations/{conversation_id}/preferences"
    return (await person.api.request("PATCH", path, body=change)).json()
