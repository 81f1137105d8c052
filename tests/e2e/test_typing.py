"""Typing: SetTyping is told to the other members, and ends by itself."""

import pytest

from clients.python import MessageSent
from clients.python.frames import TypingChanged
from tests.e2e.beating import beating
from tests.e2e.line import Line, Lines
from tests.e2e.people import People, Person, send_message, shown


def typing(conversation_id: str, *, is_typing: bool = True) -> dict[str, object]:
    return {"type": "SetTyping", "conversation_id": conversation_id, "is_typing": is_typing}


async def two(lines: Lines, people: People) -> tuple[Person, Person, Line, Line, str]:
    """Two people in a conversation, each with a line."""
    alice, bob = await people.pair()
    first = await alice.send(bob)
    await shown(bob, first.conversation_id, 1)
    return alice, bob, (await lines.hello(alice)).line, (await lines.hello(bob)).line, first.conversation_id


async def heard(line: Line) -> tuple[str, str, bool]:
    _, changed = await line.hear_until(TypingChanged)
    return changed.conversation_id, changed.user_id, changed.is_typing


class TestSetTyping:
    async def test_told_until_taken_back(self, lines: Lines, people: People) -> None:
        alice, _, of_alice, of_bob, conversation_id = await two(lines, people)
        await of_alice.say(typing(conversation_id))
        assert (conversation_id, alice.user_id, True) == await heard(of_bob)
        await of_alice.say(typing(conversation_id, is_typing=False))
        assert (conversation_id, alice.user_id, False) == await heard(of_bob)

    async def test_ends_by_itself_unless_renewed(self, lines: Lines, people: People) -> None:
        alice, _, of_alice, of_bob, conversation_id = await two(lines, people)
        async with beating(of_alice, of_bob):
            for _ in range(2):  # renewed: nothing new is told
                await of_alice.say(typing(conversation_id))
            assert (conversation_id, alice.user_id, True) == await heard(of_bob)
            assert (conversation_id, alice.user_id, False) == await heard(of_bob)

    @pytest.mark.parametrize("by", ["conversation_id", "to_user_id"])
    async def test_ends_with_the_message(self, lines: Lines, people: People, by: str) -> None:
        alice, bob, of_alice, of_bob, conversation_id = await two(lines, people)
        await of_alice.say(typing(conversation_id))
        assert (conversation_id, alice.user_id, True) == await heard(of_bob)
        place = {"conversation_id": conversation_id} if by == "conversation_id" else {"to_user_id": bob.user_id}
        await of_alice.say(send_message("done", **place))
        frames = [await of_bob.hear() for _ in range(2)]
        assert {"MessageSent", "TypingChanged"} == {type(frame).__name__ for frame in frames}
        (ended,) = [frame for frame in frames if isinstance(frame, TypingChanged)]
        assert (conversation_id, False) == (ended.conversation_id, ended.is_typing)

    async def test_ends_with_the_connection(self, lines: Lines, people: People) -> None:
        alice, _, of_alice, of_bob, conversation_id = await two(lines, people)
        await of_alice.say(typing(conversation_id))
        assert (conversation_id, alice.user_id, True) == await heard(of_bob)
        of_alice.connection.abort()
        assert (conversation_id, alice.user_id, False) == await heard(of_bob)

    async def test_silently_dropped_where_one_is_no_member(self, lines: Lines, people: People) -> None:
        alice, bob, of_alice, of_bob, conversation_id = await two(lines, people)
        of_carol = (await lines.hello(await people.person("carol"))).line
        await of_carol.say(typing(conversation_id))
        await of_alice.say(typing(conversation_id))
        assert (conversation_id, alice.user_id, True) == await heard(of_bob)
        await of_carol.say(send_message("still there", to_user_id=bob.user_id))
        assert isinstance(await of_carol.hear(), MessageSent)

    async def test_not_told_where_one_blocks_the_other(self, lines: Lines, people: People) -> None:
        alice, bob, of_alice, of_bob, conversation_id = await two(lines, people)
        carol = await people.person("carol")
        theirs = (await carol.send(bob)).conversation_id
        await shown(bob, theirs, 1)
        of_carol = (await lines.hello(carol)).line
        await bob.api.request("PUT", f"/v1/blocks/{alice.user_id}")
        await of_alice.say(typing(conversation_id))
        await of_carol.say(typing(theirs))
        assert (theirs, carol.user_id, True) == await heard(of_bob)
