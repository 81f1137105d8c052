"""What members see: all from joining to leaving and nothing else, on every road."""

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import CommandRefused, MemberRemoved, MembersAdded, ReadAdvanced
from tests.e2e.commands import (
    add_members,
    answer,
    delete_message,
    edit_message,
    ids,
    leave_group,
    refusal_over_http,
    remove_member,
    set_reaction,
)
from tests.e2e.conversations import conversation, conversation_at, listed, row, row_at
from tests.e2e.line import Line, Lines, texts
from tests.e2e.people import People, Person, send_message, shown
from tests.e2e.receipts import got, group, saw, say_in


async def hears_nothing_of(line: Line, conversation_id: str, sender: Person, hearer: Person) -> None:
    """That what has happened in a conversation did not reach a line: what its sender says next comes first."""
    fence = await sender.send(hearer, "the next that you hear")
    before, heard = await line.hear_until(MessageSent)
    assert fence.message_id == heard.message_id
    assert not [one for one in before if getattr(one, "conversation_id", "") == conversation_id], before


class TestRemoved:
    """Carol was in alice's group of three from seq 1 to her removal at seq 3; then seq 4 was said."""

    async def test_on_the_socket_the_removal_comes_last(self, lines: Lines, people: People) -> None:
        alice, bob, carol = await three(people)
        conversation_id = await group(alice, bob, carol)
        of_alice, of_carol = (await lines.hello(alice)).line, (await lines.hello(carol)).line
        await say_in(conversation_id, carol, "of carol")
        await of_carol.hear_until(MessageSent)
        await alice.do(MemberRemoved, remove_member(conversation_id, carol))
        assert 3 == (await of_carol.hear_until(MemberRemoved))[1].seq
        for seq, text in enumerate(("one", "two"), 4):
            assert seq == (await say_in(conversation_id, alice, text)).seq
        of_bob = (await lines.hello(bob)).line
        await got(of_bob, conversation_id, 5)
        await saw(of_bob, conversation_id, 5)
        while (await of_alice.hear_until(ReadAdvanced))[1].user_id != bob.user_id:
            pass
        await hears_nothing_of(of_carol, conversation_id, alice, carol)

    async def test_in_catching_up_the_removal_comes_last(self, lines: Lines, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        epoch = (await lines.hello(carol)).welcome.epoch
        for cursor, expected in ((1, [2, 3]), (2, [3])):
            opened = await lines.hello(carol, {conversation_id: cursor}, epoch)
            assert expected == [event.seq for event in opened.events]
            assert {3} == {piece.head_seq for piece in opened.caught_up}
        for cursor in (3, 4):
            opened = await lines.hello(carol, {conversation_id: cursor}, epoch)
            assert [] == opened.missed
        await say_in(conversation_id, alice, "later")
        assert [] == (await lines.hello(carol, {conversation_id: 3}, epoch)).missed

    async def test_in_the_timeline_the_removal_comes_last(self, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        await shown(alice, conversation_id, 4)
        for place in ({}, {"before": 5}, {"before": 100}, {"after": 0}):
            page = await carol.api.timeline(conversation_id, **place)
            assert ([1, 2, 3], False) == ([event.seq for event in page.events], page.has_more)
        for place in ({"after": 3}, {"after": 4}):
            assert () == (await carol.api.timeline(conversation_id, **place)).events

    async def test_in_list_and_snapshot_it_stands_still(self, lines: Lines, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        await shown(alice, conversation_id, 4)
        one = await row(carol, conversation_id)
        assert (None, 3, "seen by carol") == (one.role, one.head_seq, one.head_text)
        (in_snapshot,) = (await lines.hello(carol)).snapshot.conversations
        assert (None, 3, 1) == (in_snapshot.role, in_snapshot.head_seq, in_snapshot.unread)

    async def test_shown_as_it_was_when_one_left(self, people: People) -> None:
        alice, bob, carol, conversation_id = await removed(people)
        dave = await people.person("dave")
        await alice.do(MembersAdded, add_members(conversation_id, dave))
        await bob.do(MemberRemoved, leave_group(conversation_id))
        await shown(alice, conversation_id, 6)
        one = await conversation(carol, conversation_id)
        assert (None, 3, "seen by carol") == (one.role, one.head_seq, one.head_message and one.head_message.text)
        assert set(ids(alice, bob)) == set(one.roles)

    async def test_changes_that_come_later_are_not_shown(self, people: People) -> None:
        alice, bob, carol = await three(people)
        conversation_id = await group(alice, bob, carol)
        message = await say_in(conversation_id, alice, "seen by carol")
        await alice.do(MemberRemoved, remove_member(conversation_id, carol))
        await alice.api.request("POST", "/v1/commands", body=edit_message(message, "for those who stay"))
        await bob.api.request("POST", "/v1/commands", body=set_reaction(message))
        await shown(alice, conversation_id, 5)
        (_, seen, _) = (await carol.api.timeline(conversation_id)).events
        assert isinstance(seen, MessageSent)
        assert ("seen by carol", None, ()) == (seen.text, seen.edited_at, seen.reactions)
        assert seen == (await row(carol, conversation_id)).head_message

    async def test_may_do_nothing_any_more(self, lines: Lines, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        (_, message, _) = (await carol.api.timeline(conversation_id)).events
        assert isinstance(message, MessageSent)
        line = (await lines.hello(carol)).line
        for frame in (
            send_message(conversation_id=conversation_id),
            edit_message(message),
            delete_message(message),
            set_reaction(message),
            add_members(conversation_id, carol),
            leave_group(conversation_id),
        ):
            assert (403, "not-a-member") == await refusal_over_http(carol, frame), frame
            heard = await answer(line, frame)
            assert isinstance(heard, CommandRefused)
            assert "not-a-member" == heard.reason
        for acknowledge in (got, saw):
            await acknowledge(line, conversation_id, 3)
            refused = await line.hear_one(CommandRefused)
            assert ("not-a-member", conversation_id) == (refused.reason, refused.conversation_id)
        assert 4 == (await conversation_at(alice, conversation_id, 4)).head_seq


class TestAdded:
    """Carol is added at seq 3 to a group in which seq 2 was said before."""

    async def test_sees_nothing_of_before_on_any_road(self, lines: Lines, people: People) -> None:
        alice, bob, carol = await three(people)
        known = await bob.send(carol)
        epoch = (await lines.hello(carol)).welcome.epoch
        conversation_id = await group(alice, bob)
        before = await say_in(conversation_id, alice, "not for carol")
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        last = await say_in(conversation_id, alice, "for carol too")
        page = await shown(carol, conversation_id, last.seq)
        assert ([3, 4], False) == ([event.seq for event in page.events], page.has_more)
        for cursors in ({known.conversation_id: 1}, {known.conversation_id: 1, conversation_id: 1}):
            opened = await lines.hello(carol, cursors, epoch)
            assert [3, 4] == [event.seq for event in opened.events]
        for place in ({"after": 0}, {"after": before.sent_at}, {"before": 5}):
            page = await carol.api.timeline(conversation_id, **place)
            assert [3, 4] == [event.seq for event in page.events]
        assert () == (await carol.api.timeline(conversation_id, before=3)).events
        with pytest.raises(ApiError) as refused:
            await carol.api.timeline(conversation_id, after=before.message_id)
        assert (404, "not-found") == (refused.value.status, refused.value.code)

    async def test_head_message_only_of_those_seen(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice)
        await say_in(conversation_id, alice, "not for bob")
        await alice.do(MembersAdded, add_members(conversation_id, bob))
        one = await row_at(bob, conversation_id, 3)
        assert (None, 0, 2, 2) == (one.head_message, one.unread, one.read_seq, one.delivered_seq)
        await say_in(conversation_id, alice, "for bob")
        one = await row_at(bob, conversation_id, 4)
        assert ("for bob", 1) == (one.head_text, one.unread)

    async def test_may_not_change_what_was_said_before(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice)
        message = await say_in(conversation_id, alice, "not for bob")
        await alice.do(MembersAdded, add_members(conversation_id, bob))
        for frame in (set_reaction(message), edit_message(message), delete_message(message)):
            assert (404, "not-found") == await refusal_over_http(bob, frame), frame

    async def test_changes_of_what_was_said_before_show_nothing_of_it(self, lines: Lines, people: People) -> None:
        """That something changed has its place in the timeline; the message is not told."""
        alice, bob = await people.pair()
        conversation_id = await group(alice)
        message = await say_in(conversation_id, alice, "not for bob")
        await alice.do(MembersAdded, add_members(conversation_id, bob))
        await alice.api.request("POST", "/v1/commands", body=set_reaction(message))
        page = await shown(bob, conversation_id, 4)
        assert [3, 4] == [event.seq for event in page.events]
        (in_snapshot,) = (await lines.hello(bob)).snapshot.conversations
        assert in_snapshot.head_message is None


class TestAddedAgain:
    """Carol is there at seqs 1 to 3, and again from 5 on."""

    async def test_sees_both_times(self, lines: Lines, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        epoch = (await lines.hello(carol)).welcome.epoch
        of_carol = (await lines.hello(carol)).line
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        assert 5 == (await of_carol.hear_one(MembersAdded)).seq
        last = await say_in(conversation_id, alice, "welcome back")
        assert 6 == last.seq == (await of_carol.hear_one(MessageSent)).seq
        page = await shown(carol, conversation_id, 6)
        assert ([1, 2, 3, 5, 6], False) == ([event.seq for event in page.events], page.has_more)
        assert ["seen by carol", "welcome back"] == texts(page.events)
        for cursor, expected in ((1, [2, 3, 5, 6]), (3, [5, 6]), (4, [5, 6]), (5, [6])):
            opened = await lines.hello(carol, {conversation_id: cursor}, epoch)
            assert expected == [event.seq for event in opened.events]

    async def test_pages_over_the_gap(self, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        await say_in(conversation_id, alice, "welcome back")
        await shown(carol, conversation_id, 6)
        forth, back = [0], [7]
        for _ in range(3):
            page = await carol.api.timeline(conversation_id, after=forth[-1], limit=2)
            forth += [event.seq for event in page.events]
            assert page.has_more == (forth[-1] < 6)
            page = await carol.api.timeline(conversation_id, before=back[0], limit=2)
            back = [event.seq for event in page.events] + back
            assert page.has_more == (back[0] > 1)
        assert ([0, 1, 2, 3, 5, 6], [1, 2, 3, 5, 6, 7]) == (forth, back)

    async def test_is_a_member_from_then_on_with_nothing_unread(self, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        one = await row_at(carol, conversation_id, 5)
        assert ("member", 0, 4) == (one.role, one.unread, one.read_seq)
        for person in (alice, carol):
            member = (await conversation_at(person, conversation_id, 5)).member(carol)
            assert ("member", 5) == (member.role, member.joined_seq)
        await say_in(conversation_id, alice, "welcome back")
        assert 1 == (await row_at(carol, conversation_id, 6)).unread

    async def test_an_admin_comes_back_as_member(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        await alice.do(MemberRemoved, leave_group(conversation_id))
        await bob.do(MembersAdded, add_members(conversation_id, alice))
        assert {alice.user_id: "member", bob.user_id: "admin"} == (
            await conversation_at(alice, conversation_id, 3)
        ).roles

    async def test_reacts_to_what_is_said_since(self, people: People) -> None:
        alice, _, carol, conversation_id = await removed(people)
        await alice.do(MembersAdded, add_members(conversation_id, carol))
        message = await say_in(conversation_id, alice, "welcome back")
        answered = await carol.api.request("POST", "/v1/commands", body=set_reaction(message))
        assert 201 == answered.status_code


class TestStranger:
    async def test_finds_nothing_anywhere(self, lines: Lines, people: People) -> None:
        alice, bob, carol = await three(people)
        own = await carol.send(bob)
        epoch = (await lines.hello(carol)).welcome.epoch
        conversation_id = await group(alice, bob)
        last = await say_in(conversation_id, alice, "not for carol")
        await shown(bob, conversation_id, last.seq)
        for path in ("", "/timeline", f"/timeline?before={last.message_id}", "/preferences"):
            method, body = ("PATCH", {"muted_until": None}) if path == "/preferences" else ("GET", None)
            with pytest.raises(ApiError) as refused:
                await carol.api.request(method, f"/v1/conversations/{conversation_id}{path}", body=body)
            assert (404, "not-found") == (refused.value.status, refused.value.code), path
        assert [own.conversation_id] == [one.conversation_id for one in await listed(carol)]
        opened = await lines.hello(carol, {own.conversation_id: 1, conversation_id: 0}, epoch)
        assert [] == opened.missed


async def three(people: People) -> tuple[Person, Person, Person]:
    return await people.person("alice"), await people.person("bob"), await people.person("carol")


async def removed(people: People) -> tuple[Person, Person, Person, str]:
    """Alice's group of three, in which carol saw seq 2, was removed with seq 3, and did not see seq 4."""
    alice, bob, carol = await three(people)
    conversation_id = await group(alice, bob, carol)
    await say_in(conversation_id, alice, "seen by carol")
    await alice.do(MemberRemoved, remove_member(conversation_id, carol))
    await say_in(conversation_id, alice, "not for carol")
    await shown(carol, conversation_id, 3)
    return alice, bob, carol, conversation_id
