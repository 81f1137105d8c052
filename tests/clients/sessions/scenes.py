"""The scenes that are recorded: each is played by real people on a real system, and seen from one device of Alice's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from clients.python import Client, MessageSent, Refused
from clients.python.commands import AcknowledgeRead
from clients.python.events import ReactionSet
from clients.python.frames import CommandRefused
from tests.clients.sessions.recording import Recorder
from tests.e2e.people import People, Person, shown

QUIET_SECONDS = 0.5  # receipts of the last word come within it


@dataclass
class Stage:
    """Alice, whose device is recorded, and the others."""

    people: People
    alice: Person
    bob: Person
    carol: Person
    recorder: Recorder
    client: Client
    others: dict[str, Client] = field(default_factory=dict)

    async def client_of(self, person: Person) -> Client:
        """The person's own device, connected."""
        client = self.others.get(person.handle)
        if client is None:
            client = self.others[person.handle] = Client(person.api)
            client.start()
            await client.wait_synced()
        return client

    async def quiet(self) -> None:
        """Until nothing more comes: what was said has been heard and its receipts are back."""
        seen = -1
        while seen != len(self.recorder.steps):
            seen = len(self.recorder.steps)
            await asyncio.sleep(QUIET_SECONDS)

    async def until(self, condition: Callable[[], bool]) -> None:
        await self.client.wait_until(condition)


Scene = Callable[[Stage], Awaitable[None]]


async def first_words(stage: Stage) -> None:
    """Alice begins a direct conversation, sees her ticks, is answered, reads, reacts."""
    bob = await stage.client_of(stage.bob)
    sent = await stage.client.send_text("hello", to_user_id=stage.bob.user_id)
    await bob.wait_until(lambda: sent.conversation_id in bob.conversations)
    bob.set_typing(sent.conversation_id, is_typing=True)
    await stage.until(lambda: bool(stage.client.conversations[sent.conversation_id].typing))
    bob.mark_read(sent.conversation_id)
    answer = await bob.send_text("hello yourself", conversation_id=sent.conversation_id, reply_to=sent.message_id)
    await stage.until(lambda: stage.client.conversations[sent.conversation_id].cursor >= answer.seq)
    stage.client.set_typing(sent.conversation_id, is_typing=True)
    stage.client.mark_read(sent.conversation_id)
    await stage.client.react(answer, "👍")


async def changes(stage: Stage) -> None:
    """Edits, deletions and reactions, one's own and others', also of what one has deleted."""
    bob = await stage.client_of(stage.bob)
    first = await stage.client.send_text("one", to_user_id=stage.bob.user_id)
    second = await stage.client.send_text("two", conversation_id=first.conversation_id)
    await stage.client.edit_text(first, "one, edited")
    await stage.client.edit_text(second, "two, edited")
    await stage.client.delete(second)
    await bob.wait_until(lambda: bob.conversations[first.conversation_id].cursor >= 5)
    await bob.react(first, "❤️")
    await bob.react(first, "🎉")
    theirs = await bob.send_text("three", conversation_id=first.conversation_id)
    await bob.edit_text(theirs, "<script>alert(1)</script>")
    await stage.until(lambda: stage.client.conversations[first.conversation_id].cursor >= 9)
    await stage.client.react(theirs, "😂")
    await stage.client.react(theirs, None)
    stage.client.mark_read(first.conversation_id, theirs.seq)
    bob.mark_read(first.conversation_id)


async def group(stage: Stage) -> None:
    """A group: made, added to, roles, settings, messages with ticks of all, a removal, a leaving."""
    made = await stage.client.create_group("A picnic", [stage.bob.user_id])
    name = made.conversation_id
    bob, carol = await stage.client_of(stage.bob), await stage.client_of(stage.carol)
    await stage.client.add_members(name, [stage.carol.user_id])
    await carol.wait_until(lambda: name in carol.conversations)
    await stage.client.change_settings(name, name="A dinner", description="on Friday", who_can_add="everyone")
    sent = await stage.client.send_text("who brings salad?", conversation_id=name)
    for member in (bob, carol):
        await _has(member, name, sent.seq)
        member.mark_read(name)
    await stage.client.change_role(name, stage.bob.user_id, "admin")
    await stage.client.remove_member(name, stage.carol.user_id)
    await bob.wait_until(lambda: stage.carol.user_id not in bob.conversations[name].member_ids)
    await bob.send_text("me", conversation_id=name)
    await stage.client.leave_group(name)


async def _has(client: Client, name: str, seq: int) -> None:
    await client.wait_until(lambda: client.conversations[name].cursor >= seq)


async def added_later(stage: Stage) -> None:
    """Alice is added to a group that is older than she is in it, removed, and added again."""
    bob = await stage.client_of(stage.bob)
    made = await bob.create_group("Old friends", [stage.carol.user_id])
    name = made.conversation_id
    await bob.send_text("before Alice", conversation_id=name)
    await bob.add_members(name, [stage.alice.user_id])
    await stage.until(
        lambda: name in stage.client.conversations and stage.client.conversations[name].roster.is_complete
    )
    await bob.send_text("hello Alice", conversation_id=name)
    await bob.remove_member(name, stage.alice.user_id)
    await stage.until(lambda: not stage.client.conversations[name].is_member)
    await bob.send_text("without Alice", conversation_id=name)
    await bob.add_members(name, [stage.alice.user_id])
    await stage.until(lambda: stage.client.conversations[name].is_member)
    await stage.quiet()
    await bob.send_text("again with Alice", conversation_id=name)


async def away(stage: Stage) -> None:
    """Alice loses her line; what she writes waits; what she missed comes with her cursors."""
    first = await stage.client.send_text("are you there?", to_user_id=stage.bob.user_id)
    stage.client.go_offline()
    await stage.client.wait_until(lambda: not stage.client.is_synced)
    for text in ("yes", "and you?"):
        await stage.bob.send(stage.alice, text)
    await stage.bob.do(
        ReactionSet,
        {
            "type": "SetReaction",
            "conversation_id": first.conversation_id,
            "message_id": first.message_id,
            "emoji": "👍",
        },
    )
    await stage.carol.send(stage.alice, "a new conversation")
    waiting = asyncio.create_task(stage.client.send_text("back again", conversation_id=first.conversation_id))
    await asyncio.sleep(0)
    stage.client.go_online()
    await waiting
    await stage.client.wait_synced()


async def another_log(stage: Stage) -> None:
    """The server has another epoch than Alice's: she drops her copy, and does not send again what is in the log."""
    sent = await stage.client.send_text("only once", to_user_id=stage.bob.user_id)
    await stage.bob.send(stage.alice, "got it")
    await stage.until(lambda: stage.client.conversations[sent.conversation_id].cursor >= 2)
    stage.recorder.lose(lambda frame: isinstance(frame, MessageSent))
    waiting = asyncio.create_task(stage.client.send_text("and this", conversation_id=sent.conversation_id))
    await shown(stage.bob, sent.conversation_id, 3)
    stage.client.go_offline()
    await stage.client.wait_until(lambda: not stage.client.is_synced)
    stage.recorder.steps.append({"do": "epoch", "epoch": "of another log"})
    stage.client.session.epoch = "of another log"
    stage.client.go_online()
    await waiting


async def lost_frame(stage: Stage) -> None:
    """A frame is lost on the way: the jump in `seq` is noticed and filled from the timeline."""
    sent = await stage.client.send_text("count with me", to_user_id=stage.bob.user_id)
    stage.recorder.lose(lambda frame: isinstance(frame, MessageSent))
    for text in ("two", "three", "four"):
        await stage.bob.send(stage.alice, text)
    await stage.until(lambda: stage.client.conversations[sent.conversation_id].cursor >= 4)


async def refused(stage: Stage) -> None:
    """What the log and the door refuse, and a frame that is not understood."""
    sent = await stage.client.send_text("hello", to_user_id=stage.bob.user_id)
    theirs = await stage.bob.send(stage.alice, "mine")
    await stage.until(lambda: stage.client.conversations[sent.conversation_id].cursor >= 2)
    for refusal in (
        stage.client.send_text("", conversation_id=sent.conversation_id),
        stage.client.send_text("hello", to_user_id=stage.alice.user_id),
        stage.client.send_text("x" * 4097, conversation_id=sent.conversation_id),
        stage.client.edit_text(theirs, "yours"),
        stage.client.send_text("hello", to_user_id=str(uuid4())),
    ):
        with contextlib.suppress(Refused):
            await refusal
            raise AssertionError("not refused")
    await stage.bob.api.block(stage.alice.user_id)
    with contextlib.suppress(Refused):
        await stage.client.send_text("blocked", conversation_id=sent.conversation_id)
        raise AssertionError("not refused")
    events = stage.client.events()
    stage.client.signal(AcknowledgeRead(conversation_id=sent.conversation_id, seq=99))
    async for event in events:
        if isinstance(event, CommandRefused):
            break


async def presence(stage: Stage) -> None:
    """Bob comes and goes while Alice watches him."""
    await stage.client.send_text("hello", to_user_id=stage.bob.user_id)
    stage.client.watch([stage.bob.user_id])
    await stage.until(lambda: stage.bob.user_id in stage.client.presences)
    async with Client(stage.bob.api) as bob:
        await bob.wait_synced()
        await stage.until(lambda: bool(stage.client.presences[stage.bob.user_id].is_online))
    await stage.until(lambda: not stage.client.presences[stage.bob.user_id].is_online)


SCENES: tuple[Scene, ...] = (
    first_words, changes, group, added_later, away, another_log, lost_frame, refused, presence,
)  # fmt: skip


@contextlib.asynccontextmanager
async def staged(people: People) -> AsyncIterator[Stage]:
    """Everybody signed up, Alice connected and recorded."""
    alice, bob, carol = [await people.person(name) for name in ("alice", "bob", "carol")]
    recorder = Recorder()
    client = Client(alice.api, observer=recorder.see)
    recorder.watch(client)
    stage = Stage(people, alice, bob, carol, recorder, client)
    client.start()
    try:
        await client.wait_synced()
        yield stage
    finally:
        for one in (client, *stage.others.values()):
            await one.close()


async def record(scene: Scene, people: People) -> dict[str, object]:
    """Plays a scene and gives its recording."""
    async with staged(people) as stage:
        await scene(stage)
        await stage.quiet()
        about = (scene.__doc__ or "").strip()
        return dict(stage.recorder.finish(stage.client.session, name=scene.__name__, about=about))
