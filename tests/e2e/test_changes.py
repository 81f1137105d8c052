"""Changes to messages: edited, deleted for everyone, reacted to; live, caught up, in the timeline and in the list."""

from uuid import uuid4

import pytest

from clients.python import MessageSent
from clients.python.frames import (
    AnyTimelineEvent,
    MessageDeleted,
    MessageEdited,
    Reaction,
    ReactionSet,
    RoleChanged,
    TimelineEvent,
)
from tests.e2e.commands import (
    Json,
    answer,
    change_role,
    delete_message,
    edit_message,
    refusal,
    refusal_over_http,
    set_reaction,
)
from tests.e2e.conversations import row, row_at
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, shown
from tests.e2e.receipts import edit, group, say_in

GRAPHEMES = {
    "emoji": "👍",
    "emoji with a skin tone": "👍🏽",
    "emoji of a family": "👩‍👩‍👧‍👦",
    "flag": "🇪🇺",
    "keycap": "1️⃣",
    "heart with a variation selector": "❤️",
    "letter": "x",
    "letter with combining marks": "e\u0301\u0323",
    "hangul of parts": "\u1112\u1161\u11ab",
}


def bare(event: TimelineEvent) -> tuple[object, ...]:
    """An event without what only its author's devices get."""
    values = {name: getattr(event, name) for name in event.__struct_fields__}
    return type(event), *(values | {"client_id": None}).values()


async def change(person: Person, frame: Json) -> None:
    answered = await person.api.request("POST", "/v1/commands", body=frame)
    assert 201 == answered.status_code


async def message_and_rest(
    person: Person, conversation_id: str, seq: int
) -> tuple[MessageSent, tuple[AnyTimelineEvent, ...]]:
    """The first message as the timeline shows it now, and the events after it up to `seq`."""
    message, *rest = (await shown(person, conversation_id, seq)).events
    assert isinstance(message, MessageSent)
    return message, tuple(rest)


class TestEditMessage:
    async def test_heard_by_all(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "frist")
        heard_by = [(await lines.hello(one)).line for one in (await people.device(alice), bob)]
        line = (await lines.hello(alice)).line
        frame = edit_message(message, "first")
        own = await answer(line, frame)
        assert isinstance(own, MessageEdited)
        assert (2, alice.user_id, message.message_id) == (own.seq, own.actor_id, own.message_id)
        assert own.body
        assert "first" == own.body.text
        of_phone, of_bob = [await one.hear_one(MessageEdited) for one in heard_by]
        assert own == of_phone
        assert (bare(own), None) == (bare(of_bob), of_bob.client_id)

    async def test_shown_as_it_reads_now(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "frist")
        epoch = (await lines.hello(bob)).welcome.epoch
        edits = [await edit(alice, message, text) for text in ("second", "first")]
        for person in (alice, bob):
            now, rest = await message_and_rest(person, message.conversation_id, 3)
            assert ("first", edits[1].at, False, ()) == (now.text, now.edited_at, now.is_deleted, now.reactions)
            assert (message.message_id, message.sent_at, 1) == (now.message_id, now.sent_at, now.message_number)
            assert [bare(one) for one in edits] == [bare(one) for one in rest]
            assert now == (await row_at(person, message.conversation_id, 3)).head_message
        caught_up = (await lines.hello(bob, {message.conversation_id: 0}, epoch)).events
        assert tuple(caught_up) == (await shown(bob, message.conversation_id, 3)).events
        assert [3] == [one.seq for one in (await lines.hello(bob, {message.conversation_id: 2}, epoch)).events]

    async def test_is_no_message_and_nothing_unread(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        await edit(alice, message)
        one = await row_at(bob, message.conversation_id, 2)
        assert (2, 1) == (one.head_seq, one.unread)
        assert 2 == (await alice.send(bob)).message_number

    async def test_of_an_older_message_leaves_the_head_message(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "older")
        await alice.send(bob, "newer")
        await edit(alice, message, "edited")
        one = await row_at(bob, message.conversation_id, 3)
        assert ("newer", None) == (one.head_text, one.head_message and one.head_message.edited_at)

    async def test_refused(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob)
        message = await say_in(conversation_id, bob)
        elsewhere = await bob.send(carol)
        unknown = {"message_id": OLD_ID}
        media = {"body": {"kind": "media", "media_id": str(uuid4())}}
        await shown(bob, conversation_id, 2)
        for person, frame, status, reason in (
            (alice, edit_message(message), 403, "not-the-author"),
            (carol, edit_message(message), 403, "not-a-member"),
            (bob, edit_message(message, ""), 422, "empty"),
            (bob, edit_message(message, "x" * 4_097), 422, "too-long"),
            (bob, edit_message(message) | media, 422, "media-not-ready"),
            (bob, edit_message(message) | unknown, 404, "not-found"),
            (bob, edit_message(elsewhere) | {"conversation_id": conversation_id}, 404, "not-found"),
        ):
            assert (status, reason) == await refusal_over_http(person, frame), frame
            assert reason == await refusal((await lines.hello(person)).line, frame), frame
        assert (2, "hello") == ((one := await row(bob, conversation_id)).head_seq, one.head_text)


class TestDeleteMessage:
    async def test_heard_by_all(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        heard_by = [(await lines.hello(one)).line for one in (await people.device(alice), bob)]
        own = await answer((await lines.hello(alice)).line, delete_message(message))
        assert isinstance(own, MessageDeleted)
        assert (2, alice.user_id, message.message_id) == (own.seq, own.actor_id, own.message_id)
        for line in heard_by:
            assert bare(own) == bare(await line.hear_one(MessageDeleted))

    async def test_shown_without_its_body_or_any_it_had(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob, "secret")
        epoch = (await lines.hello(bob)).welcome.epoch
        edited = await edit(alice, message, "secret still")
        await change(alice, delete_message(message))
        for person in (alice, bob):
            now, (edit_now, deletion) = await message_and_rest(person, message.conversation_id, 3)
            assert (None, True, edited.at) == (now.body, now.is_deleted, now.edited_at)
            assert isinstance(edit_now, MessageEdited)
            assert edit_now.body is None
            assert isinstance(deletion, MessageDeleted)
            assert now == (await row_at(person, message.conversation_id, 3)).head_message
        (edit_alone, _) = (await lines.hello(bob, {message.conversation_id: 1}, epoch)).events
        assert isinstance(edit_alone, MessageEdited)
        assert edit_alone.body is None
        page = await bob.api.timeline(message.conversation_id, after=1, limit=1)
        assert (edit_alone,) == page.events

    async def test_still_counts_as_unread(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        await change(alice, delete_message(message))
        assert 1 == (await row_at(bob, message.conversation_id, 2)).unread

    async def test_of_any_message_by_an_admin(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        conversation_id = await group(alice, bob, carol)
        messages = [await say_in(conversation_id, bob) for _ in range(2)]
        await shown(carol, conversation_id, 3)
        assert (403, "not-the-author") == await refusal_over_http(carol, delete_message(messages[0]))
        await change(alice, delete_message(messages[0]))
        await alice.do(RoleChanged, change_role(conversation_id, carol, "admin"))
        await change(carol, delete_message(messages[1]))
        events = (await shown(bob, conversation_id, 6)).events
        assert [True, True] == [one.is_deleted for one in events if isinstance(one, MessageSent)]

    async def test_then_there_is_nothing_to_change_any_more(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        await change(alice, delete_message(message))
        await shown(alice, message.conversation_id, 2)
        line = (await lines.hello(alice)).line
        for frame in (edit_message(message), delete_message(message), set_reaction(message)):
            assert (404, "not-found") == await refusal_over_http(alice, frame), frame
            assert "not-found" == await refusal(line, frame), frame
        assert 2 == (await row(bob, message.conversation_id)).head_seq

    async def test_an_edit_that_is_on_its_way_shows_nothing(self, lines: Lines, people: People) -> None:
        """Whether it is refused, or stands in the log before or after the deletion."""
        alice, bob = await people.pair()
        line = (await lines.hello(alice)).line
        for number in range(10):
            message = await alice.send(bob, str(number))
            edit_frame = edit_message(message, "too late")
            await line.say(delete_message(message))
            await answer(line, edit_frame)
            last = await alice.send(bob, "last")
            page = await shown(bob, message.conversation_id, last.seq)
            changed = [one for one in page.events if getattr(one, "message_id", "") == message.message_id]
            sent = changed[0]
            assert isinstance(sent, MessageSent)
            assert (None, True) == (sent.body, sent.is_deleted)
            assert [None] * (len(changed) - 2) == [one.body for one in changed if isinstance(one, MessageEdited)]

    async def test_refused(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        message = await alice.send(bob)
        await shown(alice, message.conversation_id, 1)
        for person, frame, status, reason in (
            (bob, delete_message(message), 403, "not-the-author"),
            (carol, delete_message(message), 403, "not-a-member"),
            (alice, delete_message(message) | {"message_id": OLD_ID}, 404, "not-found"),
        ):
            assert (status, reason) == await refusal_over_http(person, frame), frame
            assert reason == await refusal((await lines.hello(person)).line, frame), frame


class TestSetReaction:
    async def test_heard_by_all(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        heard_by = [(await lines.hello(one)).line for one in (await people.device(bob), alice)]
        own = await answer((await lines.hello(bob)).line, set_reaction(message, "👍"))
        assert isinstance(own, ReactionSet)
        assert (2, bob.user_id, bob.user_id, "👍") == (own.seq, own.actor_id, own.user_id, own.emoji)
        assert message.message_id == own.message_id
        for line in heard_by:
            assert bare(own) == bare(await line.hear_one(ReactionSet))

    async def test_one_per_person_and_the_last_counts(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        epoch = (await lines.hello(bob)).welcome.epoch
        for person, emoji in ((bob, "👍"), (alice, "🎉"), (bob, "😀")):
            await change(person, set_reaction(message, emoji))
        expected = {Reaction(alice.user_id, "🎉"), Reaction(bob.user_id, "😀")}
        for person in (alice, bob):
            now, rest = await message_and_rest(person, message.conversation_id, 4)
            assert (2, expected) == (len(now.reactions), set(now.reactions))
            assert ["👍", "🎉", "😀"] == [one.emoji for one in rest if isinstance(one, ReactionSet)]
            in_list = (await row_at(person, message.conversation_id, 4)).head_message
            assert in_list
            assert expected == set(in_list.reactions)
        caught_up = (await lines.hello(bob, {message.conversation_id: 0}, epoch)).events
        assert tuple(caught_up) == (await shown(bob, message.conversation_id, 4)).events

    async def test_taken_back(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        for emoji in ("👍", None):
            await change(bob, set_reaction(message, emoji))
        now, rest = await message_and_rest(alice, message.conversation_id, 3)
        assert () == now.reactions == (await row_at(alice, message.conversation_id, 3)).head_message.reactions  # type: ignore[union-attr]  # there is one
        assert ["👍", None] == [one.emoji for one in rest if isinstance(one, ReactionSet)]

    async def test_stays_through_an_edit(self, people: People) -> None:
        alice, bob = await people.pair()
        message = await alice.send(bob)
        await change(bob, set_reaction(message, "👍"))
        await edit(alice, message, "edited")
        for person in (alice, bob):
            now, _ = await message_and_rest(person, message.conversation_id, 3)
            assert ("edited", (Reaction(bob.user_id, "👍"),)) == (now.text, now.reactions)
            assert now == (await row_at(person, message.conversation_id, 3)).head_message

    @pytest.mark.parametrize("emoji", GRAPHEMES.values(), ids=GRAPHEMES)
    async def test_any_one_grapheme(self, alice: Person, bob: Person, emoji: str) -> None:
        message = await alice.send(bob)
        assert emoji == (await bob.do(ReactionSet, set_reaction(message, emoji))).emoji
        now, _ = await message_and_rest(alice, message.conversation_id, 2)
        assert (Reaction(bob.user_id, emoji),) == now.reactions

    async def test_refused(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        message = await alice.send(bob)
        await shown(alice, message.conversation_id, 1)
        for person, frame, status, reason in (
            (bob, set_reaction(message, ""), 422, "empty"),
            (bob, set_reaction(message, "👍👍"), 422, "too-long"),
            (bob, set_reaction(message, "ok"), 422, "too-long"),
            (bob, set_reaction(message, "x" + "\u0301" * 100), 422, "too-long"),
            (carol, set_reaction(message), 403, "not-a-member"),
            (bob, set_reaction(message) | {"message_id": OLD_ID}, 404, "not-found"),
            (bob, set_reaction(message) | {"emoji": "\0"}, 400, "malformed"),
        ):
            assert (status, reason) == await refusal_over_http(person, frame), frame
            if status != 400:
                assert reason == await refusal((await lines.hello(person)).line, frame), frame
        assert 1 == (await row(bob, message.conversation_id)).head_seq


OLD_ID = "0198c5f0-0000-7000-8000-000000000000"  # of a message that nobody sent
