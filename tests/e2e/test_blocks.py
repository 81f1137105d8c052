"""Blocks: no direct messages either way, from the call's return on; groups go on."""

from uuid import uuid4

import pytest

from clients.python import ApiError, MessageSent
from clients.python.frames import MemberRemoved, ReactionSet
from tests.e2e.commands import (
    create_group,
    delete_message,
    edit_message,
    refusal,
    refusal_over_http,
    remove_member,
    set_reaction,
)
from tests.e2e.conversations import listed, when
from tests.e2e.line import Lines
from tests.e2e.people import People, Person, send_message, shown
from tests.e2e.receipts import group, say_in

ROUNDS = 10


async def block(blocker: Person, blocked: Person, method: str = "PUT") -> None:
    answered = await blocker.api.request(method, f"/v1/blocks/{blocked.user_id}")
    assert (204, b"") == (answered.status_code, answered.content)


async def unblock(blocker: Person, blocked: Person) -> None:
    await block(blocker, blocked, "DELETE")


async def blocks(person: Person) -> list[str]:
    found = (await person.api.request("GET", "/v1/blocks")).json()
    assert ["user_ids"] == list(found)
    user_ids: list[str] = found["user_ids"]
    return user_ids


class TestBlock:
    async def test_no_messages_either_way(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        await block(alice, bob)
        for author, other in ((alice, bob), (bob, alice)):
            line = (await lines.hello(author)).line
            for frame in (send_message(to_user_id=other.user_id), send_message(conversation_id=conversation_id)):
                assert (403, "blocked") == await refusal_over_http(author, frame)
                assert "blocked" == await refusal(line, frame)
        await unblock(alice, bob)
        assert 2 == (await bob.send(alice)).seq

    async def test_no_first_message_either(self, alice: Person, bob: Person) -> None:
        await block(bob, alice)
        for author, other in ((alice, bob), (bob, alice)):
            frame = send_message(to_user_id=other.user_id)
            assert (403, "blocked") == await refusal_over_http(author, frame)
            assert () == await listed(author)
        await unblock(bob, alice)
        assert 1 == (await alice.send(bob)).seq

    async def test_in_force_when_the_call_returns(self, alice: Person, bob: Person) -> None:
        conversation_id = (await alice.send(bob)).conversation_id
        message = send_message(conversation_id=conversation_id)
        for number in range(ROUNDS):
            await block(alice, bob)
            assert (403, "blocked") == await refusal_over_http(bob, message | {"client_id": f"blocked {number}"})
            await unblock(alice, bob)
            assert number + 2 == (await bob.do(MessageSent, message | {"client_id": f"free {number}"})).seq

    async def test_until_neither_blocks_the_other(self, alice: Person, bob: Person) -> None:
        await block(alice, bob)
        await block(bob, alice)
        await unblock(alice, bob)
        for author, other in ((alice, bob), (bob, alice)):
            assert (403, "blocked") == await refusal_over_http(author, send_message(to_user_id=other.user_id))
        await unblock(bob, alice)
        assert 1 == (await bob.send(alice)).seq

    async def test_nothing_is_edited_or_reacted_to_but_deleted(self, alice: Person, bob: Person) -> None:
        message = await alice.send(bob)
        await shown(bob, message.conversation_id, 1)
        await block(bob, alice)
        assert (403, "blocked") == await refusal_over_http(alice, edit_message(message))
        assert (403, "blocked") == await refusal_over_http(alice, set_reaction(message))
        answered = await alice.api.request("POST", "/v1/commands", body=delete_message(message))
        assert 201 == answered.status_code

    async def test_groups_go_on(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = await group(alice, bob)
        await block(alice, bob)
        line = (await lines.hello(alice)).line
        message = await say_in(conversation_id, bob, "to all")
        _, heard = await line.hear_until(MessageSent)
        assert ("to all", message.message_id) == (heard.text, heard.message_id)
        await alice.do(ReactionSet, set_reaction(message))
        assert 201 == (await bob.api.request("POST", "/v1/commands", body=create_group(alice))).status_code
        await alice.do(MemberRemoved, remove_member(conversation_id, bob))

    async def test_others_go_on(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        await block(alice, bob)
        assert 1 == (await alice.send(carol)).seq == (await bob.send(carol)).seq

    async def test_nobody_hears_of_it(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        heard_by = [(await lines.hello(one)).line for one in (alice, bob)]
        epoch = (await lines.hello(await people.device(bob))).welcome.epoch
        await block(alice, bob)
        await refusal_over_http(bob, send_message(to_user_id=alice.user_id))
        assert [] == (await lines.hello(await people.device(bob), {conversation_id: 1}, epoch)).missed
        await unblock(alice, bob)
        await bob.send(alice, "the next")
        for line in heard_by:
            before, heard = await line.hear_until(MessageSent)
            assert ("the next", 2) == (heard.text, heard.seq)
            assert {"ReadAdvanced"} >= {type(one).__name__ for one in before}


class TestList:
    async def test_whom_one_blocks_oneself(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        assert [] == await blocks(alice)
        for other in (bob, carol):
            await block(alice, other)
        assert sorted([bob.user_id, carol.user_id]) == sorted(await blocks(alice))
        assert [] == await blocks(bob)
        await unblock(alice, bob)
        assert [carol.user_id] == await when(lambda: blocks(alice), lambda ids: len(ids) == 1)

    async def test_again_changes_nothing(self, alice: Person, bob: Person) -> None:
        for _ in range(2):
            await block(alice, bob)
            assert [bob.user_id] == await blocks(alice)
        for _ in range(2):
            await unblock(alice, bob)
            assert [] == await blocks(alice)


class TestRefused:
    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    async def test_for_whom(self, alice: Person, method: str) -> None:
        for user_id, status, code in (
            (alice.user_id, 403, "forbidden"),
            (str(uuid4()), 404, "not-found"),
            ("x", 404, "not-found"),
        ):
            with pytest.raises(ApiError) as refused:
                await alice.api.request(method, f"/v1/blocks/{user_id}")
            assert (user_id, status, code) == (user_id, refused.value.status, refused.value.code)
