"""Every command, over HTTP and over the socket: its event, the first result again, conflict for other content."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from clients.python import ApiError, MessageSent
from clients.python.decoding import decode
from clients.python.frames import (
    AnyFrame,
    CommandRefused,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    ReactionSet,
    RoleChanged,
    TimelineEvent,
)
from tests.e2e.commands import (
    Json,
    add_members,
    answer,
    change_role,
    change_settings,
    create_group,
    delete_message,
    edit_message,
    leave_group,
    remove_member,
    set_reaction,
)
from tests.e2e.line import Line, Lines
from tests.e2e.people import People, Person, send_message, shown
from tests.e2e.receipts import group, say_in


@dataclass(frozen=True)
class Scene:
    """Alice's group with bob, in which she has said two things; she has a phone too."""

    alice: Person
    phone: Person
    bob: Person
    carol: Person
    conversation_id: str
    message: MessageSent
    other_message: MessageSent


@dataclass(frozen=True)
class Case:
    """What comes of a command, and the same `client_id` with other content."""

    event: type[TimelineEvent]
    frame: Callable[[Scene], Json]
    other: Callable[[Scene], Json]


CASES = {
    "SendMessage": Case(
        MessageSent,
        lambda scene: send_message("one", conversation_id=scene.conversation_id),
        lambda scene: send_message("two", conversation_id=scene.conversation_id),
    ),
    "EditMessage": Case(
        MessageEdited,
        lambda scene: edit_message(scene.message, "one"),
        lambda scene: edit_message(scene.message, "two"),
    ),
    "EditMessage of another": Case(
        MessageEdited,
        lambda scene: edit_message(scene.message, "one"),
        lambda scene: edit_message(scene.other_message, "one"),
    ),
    "DeleteMessage": Case(
        MessageDeleted,
        lambda scene: delete_message(scene.message),
        lambda scene: delete_message(scene.other_message),
    ),
    "SetReaction": Case(
        ReactionSet,
        lambda scene: set_reaction(scene.message, "👍"),
        lambda scene: set_reaction(scene.message, None),
    ),
    "CreateGroup": Case(
        GroupCreated,
        lambda scene: create_group(scene.bob, name="one"),
        lambda scene: create_group(scene.bob, name="two"),
    ),
    "CreateGroup of others": Case(
        GroupCreated,
        lambda scene: create_group(scene.bob),
        lambda scene: create_group(scene.bob, scene.carol),
    ),
    "AddMembers": Case(
        MembersAdded,
        lambda scene: add_members(scene.conversation_id, scene.carol),
        lambda scene: add_members(scene.conversation_id, scene.bob),
    ),
    "RemoveMember": Case(
        MemberRemoved,
        lambda scene: remove_member(scene.conversation_id, scene.bob),
        lambda scene: remove_member(scene.conversation_id, scene.carol),
    ),
    "LeaveGroup": Case(
        MemberRemoved,
        lambda scene: leave_group(scene.conversation_id),
        lambda scene: send_message(conversation_id=scene.conversation_id),
    ),
    "ChangeRole": Case(
        RoleChanged,
        lambda scene: change_role(scene.conversation_id, scene.bob, "admin"),
        lambda scene: change_role(scene.conversation_id, scene.bob, "member"),
    ),
    "ChangeGroupSettings": Case(
        GroupSettingsChanged,
        lambda scene: change_settings(scene.conversation_id, name="one", who_can_add="everyone"),
        lambda scene: change_settings(scene.conversation_id, name="two", who_can_add="everyone"),
    ),
}
ALL = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture
async def scene(people: People) -> Scene:
    alice, bob = await people.pair()
    carol = await people.person("carol")
    conversation_id = await group(alice, bob)
    messages = [await say_in(conversation_id, alice) for _ in range(2)]
    await shown(alice, conversation_id, messages[1].seq)
    return Scene(alice, await people.device(alice), bob, carol, conversation_id, *messages)


class TestOverHttp:
    @ALL
    async def test_201_then_200_then_409(self, scene: Scene, case: Case) -> None:
        frame = case.frame(scene)
        first, again = [await scene.alice.api.request("POST", "/v1/commands", body=frame) for _ in range(2)]
        assert (201, 200) == (first.status_code, again.status_code)
        assert first.content == again.content
        event = decode(first.content)
        assert isinstance(event, case.event)
        assert frame["client_id"] == event.client_id
        with pytest.raises(ApiError) as refused:
            other = case.other(scene) | {"client_id": frame["client_id"]}
            await scene.alice.api.request("POST", "/v1/commands", body=other)
        assert (409, "conflict") == (refused.value.status, refused.value.code)

    @ALL
    async def test_one_event_however_often_said(self, scene: Scene, case: Case) -> None:
        frame = case.frame(scene)
        events = [await scene.alice.do(case.event, frame) for _ in range(5)]
        page = await shown(scene.alice, events[0].conversation_id, events[0].seq)
        assert 1 == sum(one.client_id == frame["client_id"] for one in page.events)
        whole = await scene.alice.api.timeline(events[0].conversation_id)
        assert events[0].seq == whole.events[-1].seq

    async def test_a_refusal_is_not_remembered(self, scene: Scene) -> None:
        frame = add_members(scene.conversation_id, scene.carol)
        with pytest.raises(ApiError) as refused:
            await scene.bob.api.request("POST", "/v1/commands", body=frame)
        assert (403, "not-an-admin") == (refused.value.status, refused.value.code)
        await scene.alice.do(RoleChanged, change_role(scene.conversation_id, scene.bob, "admin"))
        assert 5 == (await scene.bob.do(MembersAdded, frame)).seq

    async def test_what_has_no_client_id_is_no_command(self, scene: Scene) -> None:
        for frame in (
            {"type": "Heartbeat"},
            {"type": "AcknowledgeRead", "conversation_id": scene.conversation_id, "seq": 1},
            {"type": "SetTyping", "conversation_id": scene.conversation_id, "is_typing": True},
            {"type": "SubscribePresence", "user_ids": [scene.bob.user_id]},
        ):
            with pytest.raises(ApiError) as refused:
                await scene.alice.api.request("POST", "/v1/commands", body=frame)
            assert (400, "malformed") == (refused.value.status, refused.value.code)


class TestOverTheSocket:
    @ALL
    async def test_a_repeat_is_answered_to_who_asks_alone(self, lines: Lines, scene: Scene, case: Case) -> None:
        laptop = (await lines.hello(scene.alice)).line
        phone = (await lines.hello(scene.phone)).line
        of_bob = (await lines.hello(scene.bob)).line
        frame = case.frame(scene)
        first = await answer(laptop, frame)
        assert isinstance(first, case.event)
        assert first == await answer(laptop, frame)
        fence = await scene.alice.send(scene.bob, "the next that you hear")
        for line, times in ((laptop, 0), (phone, 1), (of_bob, 1)):
            heard = await events_until(line, fence)
            assert times == sum((one.conversation_id, one.seq) == place(first) for one in heard)

    @ALL
    async def test_a_repeat_from_another_device(self, lines: Lines, scene: Scene, case: Case) -> None:
        frame = case.frame(scene)
        first = await answer((await lines.hello(scene.alice)).line, frame)
        phone = (await lines.hello(scene.phone)).line
        assert first == await answer(phone, frame)

    @ALL
    async def test_the_same_over_http(self, lines: Lines, scene: Scene, case: Case) -> None:
        frame = case.frame(scene)
        first = await answer((await lines.hello(scene.alice)).line, frame)
        again = await scene.alice.api.request("POST", "/v1/commands", body=frame)
        assert (200, first) == (again.status_code, decode(again.content))

    @ALL
    async def test_refused_with_other_content(self, lines: Lines, scene: Scene, case: Case) -> None:
        line = (await lines.hello(scene.alice)).line
        frame = case.frame(scene)
        first = await answer(line, frame)
        assert isinstance(first, case.event)
        other = case.other(scene) | {"client_id": frame["client_id"]}
        heard = await answer(line, other)
        assert isinstance(heard, CommandRefused)
        assert ("conflict", other["type"]) == (heard.reason, heard.command)
        assert first.conversation_id == heard.conversation_id


class TestRefused:
    """The refusals of each kind stand with what is refused (test_groups, test_changes, …); here: to whom."""

    async def test_to_the_connection_that_asks_alone(self, lines: Lines, scene: Scene) -> None:
        laptop = (await lines.hello(scene.alice)).line
        phone = (await lines.hello(scene.phone)).line
        of_bob = (await lines.hello(scene.bob)).line
        for frame in (
            add_members(scene.conversation_id, scene.bob),
            send_message(conversation_id=str(uuid4())),
            set_reaction(scene.message, "too long"),
        ):
            assert isinstance(await answer(laptop, frame), CommandRefused)
        fence = await scene.alice.send(scene.bob, "the next that you hear")
        for line in (phone, of_bob):
            assert [] == await events_until(line, fence)


async def events_until(line: Line, fence: MessageSent) -> list[TimelineEvent]:
    """The events of timelines before that message; no refusal may be among what is heard."""
    heard: list[AnyFrame] = []
    while getattr(frame := await line.hear(), "message_id", None) != fence.message_id:
        heard.append(frame)
    assert not [one for one in heard if isinstance(one, CommandRefused)]
    return [one for one in heard if isinstance(one, TimelineEvent)]


def place(event: TimelineEvent) -> tuple[str, int]:
    return event.conversation_id, event.seq
