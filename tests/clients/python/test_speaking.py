"""What a person may say: each becomes its frame, and is answered by its event."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from clients.python import Client, MalformedCommand
from clients.python.frames import CommandRefused, TypingChanged
from clients.python.state import of_api, of_copy
from tests.clients.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    added,
    created,
    described,
    event_of,
    group_row,
    member,
    message,
    row,
    snapshot,
    synced,
    welcome,
)
from tests.clients.python.test_client import connecting
from tests.clients.scripted_server import Json, Line, ScriptedServer

Say = Callable[[Client], Awaitable[object]]
THEIRS = message(1)
CASES: list[tuple[Say, Json]] = [
    (
        lambda client: client.edit_text(THEIRS, "better"),
        {"type": "EditMessage", "message_id": "message-1", "body": {"kind": "text", "text": "better"}},
    ),
    (lambda client: client.delete(THEIRS), {"type": "DeleteMessage", "message_id": "message-1"}),
    (
        lambda client: client.react(THEIRS, "👍"),
        {"type": "SetReaction", "message_id": "message-1", "emoji": "👍"},
    ),
    (
        lambda client: client.react(THEIRS, None),
        {"type": "SetReaction", "message_id": "message-1", "emoji": None},
    ),
    (
        lambda client: client.add_members(CONVERSATION, [BOB]),
        {"type": "AddMembers", "member_ids": [BOB]},
    ),
    (lambda client: client.remove_member(CONVERSATION, BOB), {"type": "RemoveMember", "user_id": BOB}),
    (lambda client: client.leave_group(CONVERSATION), {"type": "LeaveGroup"}),
    (
        lambda client: client.change_role(CONVERSATION, BOB, "admin"),
        {"type": "ChangeRole", "user_id": BOB, "role": "admin"},
    ),
    (
        lambda client: client.change_settings(CONVERSATION, name="Trip", avatar_media_id=None),
        {"type": "ChangeGroupSettings", "name": "Trip", "avatar_media_id": None},
    ),
]


def answering(said: list[Json]) -> ScriptedServer:
    async def script(line: Line) -> None:
        await line.send(welcome(), snapshot(row(1)), synced(recovered=False))
        frame = await line.receive()
        said.append(frame)
        await line.send(event_of(frame, seq=2, actor_id=ALICE))
        await line.wait_closed()

    return ScriptedServer(script)


class TestCommands:
    @pytest.mark.asyncio
    @pytest.mark.parametrize(("say", "frame"), CASES)
    async def test_answered_by_its_event(self, say: Say, frame: Json) -> None:
        said: list[Json] = []
        async with connecting(answering(said)) as client:
            answer = await say(client)
            assert answer == client.conversations[CONVERSATION].events[2]
        sent = {key: value for key, value in said[0].items() if key != "client_id"}
        assert {"conversation_id": CONVERSATION, **frame} == sent

    @pytest.mark.asyncio
    async def test_group_is_created(self) -> None:
        async def script(line: Line) -> None:
            await line.send(welcome(), snapshot(), synced(recovered=False))
            frame = await line.receive()
            assert ("CreateGroup", "Trip", [BOB]) == (frame["type"], frame["name"], frame["member_ids"])
            await line.send(replace(created(ALICE, BOB), client_id=str(frame["client_id"])))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            group = await client.create_group("Trip", [BOB])
            copy = client.conversations[group.conversation_id]
            assert ("Trip", {ALICE, BOB}) == (copy.name, copy.member_ids)

    @pytest.mark.asyncio
    async def test_another_event_is_no_answer(self) -> None:
        async def script(line: Line) -> None:
            await line.send(welcome(), snapshot(row(1)), synced(recovered=False))
            frame = await line.receive()
            await line.send(message(2, sender=ALICE, client_id=str(frame["client_id"])))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            with pytest.raises(MalformedCommand):
                await client.delete(THEIRS)


class TestSignals:
    @pytest.mark.asyncio
    async def test_refusal_without_client_id_is_an_event(self) -> None:
        refusal = CommandRefused(conversation_id=CONVERSATION, command="AcknowledgeRead", reason="beyond-head")

        async def script(line: Line) -> None:
            await line.send(welcome(), snapshot(row(1)), synced(recovered=False), refusal)
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            events = client.events()
            while not isinstance(event := await anext(events), CommandRefused):
                pass
            assert refusal == event

    @pytest.mark.asyncio
    async def test_typing_is_kept_until_the_server_ends_it(self) -> None:
        async def script(line: Line) -> None:
            await line.send(welcome(), snapshot(row(1)), synced(recovered=False))
            typing = await line.receive()
            assert ("SetTyping", True) == (typing["type"], typing["is_typing"])
            await line.send(TypingChanged(conversation_id=CONVERSATION, user_id=BOB, is_typing=True))
            await line.receive()
            await line.send(TypingChanged(conversation_id=CONVERSATION, user_id=BOB, is_typing=False))
            await line.wait_closed()

        async with connecting(ScriptedServer(script)) as client:
            await client.wait_synced()
            copy = client.conversations[CONVERSATION]
            client.set_typing(CONVERSATION, is_typing=True)
            await client.wait_until(lambda: copy.typing == {BOB})
            client.set_typing(CONVERSATION, is_typing=False)
            await client.wait_until(lambda: copy.typing == set())


class TestUnknownGroup:
    @pytest.mark.asyncio
    async def test_fetched_when_one_is_added_to_it(self) -> None:
        alice = member(ALICE, joined_seq=7, delivered_seq=6, read_seq=6)
        summary = replace(described(group_row(7), member(BOB, "admin"), alice), delivered_seq=6, read_seq=6)

        async def script(line: Line) -> None:
            await line.send(welcome(), snapshot(), synced(recovered=False), added(7))
            await line.wait_closed()

        server = ScriptedServer(script, conversations={CONVERSATION: summary})
        async with connecting(server) as client:
            await client.wait_until(lambda: CONVERSATION in client.conversations)
            copy = client.conversations[CONVERSATION]
            await client.wait_until(lambda: copy.roster.is_complete)
            await client.complete(CONVERSATION)
            assert "Trip" == copy.name
            assert of_api(summary, [added(7)], ALICE).members == of_copy(copy).members
