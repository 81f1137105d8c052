"""What people do, one function each, and how often: one literal table.

An act may fail in any way that a person would shrug at: what must hold is judged afterwards, from the history.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from clients.python import BackchannelError, Conversation
from clients.python.commands import (
    AddMembers,
    ChangeGroupSettings,
    ChangeRole,
    Command,
    DeleteMessage,
    EditMessage,
    LeaveGroup,
    RemoveMember,
    SendMessage,
    SetReaction,
)
from clients.python.events import Body
from tests.chaos.records import Uploaded, now
from tests.chaos.workload.circle import Circle
from tests.chaos.workload.person import Person
from tests.chaos.workload.phone import new_id

BURST = 4
AWAY_SECONDS_MAX = 4.0
UPLOAD_SECONDS = 15.0
EMOJIS = ("👍", "🎉", "❤️", None)

Act = Callable[[Person, Circle], Awaitable[object]]


async def send_directly(me: Person, circle: Circle) -> None:
    other = me.random.choice(circle.others(me))
    await me.give(SendMessage(client_id=new_id(), body=circle.text(), to_user_id=other.user_id))


async def send_to_group(me: Person, circle: Circle) -> None:
    if (copy := _some(me, "group")) is not None:
        await me.give(_message(copy, circle))


async def send_a_burst(me: Person, circle: Circle) -> None:
    """Without waiting for answers: one phone's messages must keep their order."""
    if (copy := _some(me)) is not None:
        phone = me.phone
        await asyncio.gather(*(phone.give(_message(copy, circle)) for _ in range(BURST)))


async def send_twice(me: Person, circle: Circle) -> None:
    """The same message over the socket and over HTTP, at once: it must count once."""
    if (copy := _some(me)) is not None:
        message, phone = _message(copy, circle), me.phone
        await asyncio.gather(phone.give(message), phone.post(message))


async def edit(me: Person, circle: Circle) -> None:
    if me.sent:
        message = me.random.choice(me.sent)
        await me.give(_changing(EditMessage, message.conversation_id, message.message_id, body=circle.text()))


async def delete(me: Person, _: Circle) -> None:
    if me.sent:
        message = me.sent.pop(me.random.randrange(len(me.sent)))
        await me.give(_changing(DeleteMessage, message.conversation_id, message.message_id))


async def react(me: Person, _: Circle) -> None:
    copy = _some(me)
    if copy is not None and (messages := copy.messages[-20:]):
        message = me.random.choice(messages)
        emoji = me.random.choice(EMOJIS)
        await me.give(_changing(SetReaction, copy.conversation_id, message.message_id, emoji=emoji))


async def read(me: Person, _: Circle) -> None:
    client = me.random.choice(me.clients)
    for conversation_id in list(client.conversations):
        client.mark_read(conversation_id)


async def lose_the_line(me: Person, _: Circle) -> None:
    me.random.choice(me.clients).drop_connection()


async def stay_away(me: Person, _: Circle) -> None:
    client = me.random.choice(me.clients)
    client.go_offline()
    await asyncio.sleep(me.random.uniform(0.5, AWAY_SECONDS_MAX))
    client.go_online()


async def start_again(me: Person, _: Circle) -> None:
    await me.phone.restart(with_cursors=me.random.random() < 0.7)


async def look_back(me: Person, _: Circle) -> None:
    client = me.random.choice(me.clients)
    if client.conversations:
        await client.page_back(me.random.choice(list(client.conversations)), limit=20)


async def send_a_file(me: Person, _: Circle) -> None:
    copy, phone = _some(me), me.phone
    if copy is None:
        return
    content = f"{me.handle} {new_id()}\n".encode() * 50
    async with asyncio.timeout(UPLOAD_SECONDS):
        file = await phone.api.upload(content, kind="document", content_type="text/plain", file_name="note.txt")
    if file.status == "ready":
        sha256 = hashlib.sha256(content).hexdigest()
        phone.recorder.note(Uploaded(at=now(), user_id=me.user_id, media_id=file.media_id, sha256=sha256))
    body = Body(kind="media", media_id=file.media_id, caption="a note")
    await me.give(SendMessage(client_id=new_id(), body=body, conversation_id=copy.conversation_id))


async def change_the_club(me: Person, circle: Circle) -> None:
    """Of the group whose members change: whatever one may, or may not."""
    club = circle.club_id
    person = me.random.choice(circle.people).user_id
    id_, name = new_id(), f"club {me.random.randrange(1_000)}"
    command: Command = me.random.choice(
        (
            AddMembers(client_id=id_, conversation_id=club, member_ids=(person,)),
            AddMembers(client_id=id_, conversation_id=club, member_ids=(person,)),
            RemoveMember(client_id=id_, conversation_id=club, user_id=person),
            LeaveGroup(client_id=id_, conversation_id=club),
            ChangeRole(client_id=id_, conversation_id=club, user_id=person, role="admin"),
            ChangeGroupSettings(client_id=id_, conversation_id=club, name=name),
        )
    )
    await me.give(command)


async def mute(me: Person, _: Circle) -> None:
    if (copy := _some(me)) is not None:
        await me.random.choice(me.clients).mute(copy.conversation_id, None)


ACTS: Mapping[Act, int] = {
    send_directly: 30,
    send_to_group: 25,
    send_a_burst: 6,
    send_twice: 4,
    edit: 6,
    delete: 2,
    react: 6,
    read: 12,
    lose_the_line: 3,
    stay_away: 3,
    start_again: 2,
    look_back: 3,
    send_a_file: 2,
    change_the_club: 3,
    mute: 1,
}


async def live(me: Person, circle: Circle, stop: asyncio.Event, pause_seconds: float) -> None:
    """One act after another, until told to stop."""
    while not stop.is_set():
        (act,) = me.random.choices(list(ACTS), weights=list(ACTS.values()))
        with suppress(BackchannelError, TimeoutError):
            await me.revive()
            await act(me, circle)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), me.random.expovariate(1 / pause_seconds))


def _some(me: Person, kind: str | None = None) -> Conversation | None:
    copies = me.copies(kind)
    return me.random.choice(copies) if copies else None


def _message(copy: Conversation, circle: Circle) -> SendMessage:
    return SendMessage(client_id=new_id(), body=circle.text(), conversation_id=copy.conversation_id)


def _changing(kind: Callable[..., Command], conversation_id: str, message_id: str, **what: object) -> Command:
    return kind(client_id=new_id(), conversation_id=conversation_id, message_id=message_id, **what)
