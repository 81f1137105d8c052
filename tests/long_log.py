"""A log of more than a hundred thousand records for the tests of size: real dialogues, again and again.

Commands are appended as a gateway appends them, all at once: the single writer decides them, the views fold them.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, cycle

from confluent_kafka import KafkaError, Message

from infra.local.stack import Stack
from infra.stores.keys import Keys
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from schemas import door, frames
from schemas.bodies import Text
from schemas.codec import encode
from schemas.commands import AnyCommand, Origin, Target
from schemas.envelope import headers, new_trace
from schemas.ids import direct_conversation_id, group_conversation_id, message_id, message_milliseconds
from schemas.sealing import ConversationKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, Topic
from tests.bench.seed import SeededUsers
from tests.chaos.dialogues import dialogues

PAIRS, GROUPS, GROUP_MEMBERS = 40, 10, 10
MESSAGES_EACH = 2_000
ACKNOWLEDGED_EVERY = 40
EDITED_EVERY, REACTED_EVERY, DELETED_EVERY = 50, 20, 300
FOLDED_SECONDS = 240.0
OUTSTANDING_MAX = 20_000
LOOK_SECONDS = 0.2
FOLLOWERS = ("timeline-1", "inbox-2", "receipts-1")
_ORIGIN = Origin("long-log", "1", "1")


@dataclass(slots=True)
class Long:
    """A conversation and its messages, in their order."""

    conversation_id: str
    members: Sequence[door.Actor]
    messages: list[Target] = field(default_factory=list)
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class LongLog:
    """What was appended. `records`: how many commands; there is an event for nearly every one of them."""

    conversations: Sequence[Long]
    records: int

    @property
    def messages(self) -> int:
        return sum(len(one.messages) for one in self.conversations)


async def append_long_log(system: Stack) -> LongLog:
    """Append it, and wait until it is decided and the views have folded it."""
    settings = settings_of(system)
    secret = settings.direct_secret_bytes()
    actors = (await _actors(settings))[2:]
    pairs = (actors[2 * number : 2 * number + 2] for number in range(PAIRS))
    groups = (actors[number : number + GROUP_MEMBERS] for number in range(GROUPS))
    conversations = [
        *(Long(direct_conversation_id(secret, *(one.user_id for one in pair)), pair) for pair in pairs),
        *(Long(group_conversation_id(some[0].user_id, "g"), some, is_group=True) for some in groups),
    ]
    return LongLog(conversations, await _append(settings, conversations))


async def append_talk(system: Stack) -> Long:
    """One more conversation, of two people who have no other: as long as the others, and nobody has touched it yet."""
    settings = settings_of(system)
    pair = (await _actors(settings))[:2]
    talk = Long(direct_conversation_id(settings.direct_secret_bytes(), *(one.user_id for one in pair)), pair)
    await _append(settings, [talk])
    return talk


async def _append(settings: StoreSettings, conversations: Sequence[Long]) -> int:
    """How many commands it took."""
    appender = Appender(settings.kafka_bootstrap, "long-log")
    writing = _Writing(appender)
    for one in conversations:
        if one.is_group:
            facts = door.Facts(conversation_key=ConversationKey(settings.master_key_bytes(), one.conversation_id))
            ids = tuple(member.user_id for member in one.members[1:])
            frame = frames.CreateGroup(client_id="g", name="a long one", member_ids=ids)
            await writing.say(one, one.members[0], frame, facts)
    for number, line in zip(range(MESSAGES_EACH), cycle(_lines()), strict=False):
        for one in conversations:
            await writing.message(one, number, line)
    await appender.drain(FOLDED_SECONDS)
    for one in conversations:
        await writing.changes(one)
    await appender.drain(FOLDED_SECONDS)
    await _until_folded(settings)
    return writing.records


def settings_of(system: Stack) -> StoreSettings:
    """Of the stack under test, for code that looks into its stores."""
    environment = {name.removeprefix("BACKCHANNEL_").lower(): value for name, value in system.environment().items()}
    return StoreSettings(**{name: value for name, value in environment.items() if name in StoreSettings.model_fields})  # type: ignore[arg-type]  # parsed by pydantic


async def _actors(settings: StoreSettings) -> list[door.Actor]:
    """The people who write, the same ones each time."""
    people = await SeededUsers(settings).devices(users=2 + PAIRS * 2 + GROUP_MEMBERS, per_user=1)
    postgres = await Postgres.connect(settings)
    try:
        keys = await Keys(postgres, settings.master_key_bytes()).load(one.user_id for one in people)
    finally:
        await postgres.close()
    return [door.Actor(one.user_id, one.device_id, key, _ORIGIN) for one in people if (key := keys[one.user_id])]


def _lines() -> Iterator[str]:
    return chain.from_iterable(dialogues())


class _Writing:
    def __init__(self, appender: Appender) -> None:
        self._appender = appender
        self.records = 0

    async def message(self, one: Long, number: int, line: str) -> None:
        author = one.members[number % len(one.members)]
        other = one.members[(number + 1) % len(one.members)]
        seq = number + 1 + one.is_group
        begins = not one.is_group and not number
        def sent(error: KafkaError | None, message: Message) -> None:
            assert error is None
            before_ms = message_milliseconds(one.messages[-1].message_id) if one.messages else 0
            at_ms = max(message.timestamp()[1], before_ms)
            id_ = message_id(at_ms, message.partition() or 0, message.offset() or 0)
            one.messages.append(Target(id_, seq, author.user_id, timestamp(at_ms)))

        frame = frames.SendMessage(
            client_id=f"m{number}",
            body=Text(line),
            conversation_id=None if begins else one.conversation_id,
            to_user_id=other.user_id if begins else None,
        )
        await self.say(one, author, frame, door.Facts(), sent)
        if number % ACKNOWLEDGED_EVERY == ACKNOWLEDGED_EVERY - 1:
            read = frames.AcknowledgeRead(conversation_id=one.conversation_id, seq=seq)
            await self._append(door.acknowledgement(read, other, is_private=False))

    async def changes(self, one: Long) -> None:
        by_id = {member.user_id: member for member in one.members}
        for number, target in enumerate(one.messages):
            author = by_id[target.author_id]
            about = {"conversation_id": one.conversation_id, "message_id": target.message_id}
            changes: list[frames.AnyKeyedFrame] = []
            if number % EDITED_EVERY == 1:
                changes.append(frames.EditMessage(client_id=f"e{number}", body=Text("edited"), **about))
            if number % REACTED_EVERY == 2:
                changes.append(frames.SetReaction(client_id=f"r{number}", emoji="👍", **about))
            if number % DELETED_EVERY == 3:
                changes.append(frames.DeleteMessage(client_id=f"d{number}", **about))
            for frame in changes:
                await self.say(one, author, frame, door.Facts(target=target))

    async def say(
        self,
        one: Long,
        actor: door.Actor,
        frame: frames.AnyKeyedFrame,
        facts: door.Facts,
        delivered: Callable[[KafkaError | None, Message], None] | None = None,
    ) -> None:
        await self._append(door.command(frame, one.conversation_id, actor, facts), delivered)

    async def _append(
        self, command: AnyCommand, delivered: Callable[[KafkaError | None, Message], None] | None = None
    ) -> None:
        value, id_, trace = encode(command), command.conversation_id, new_trace()
        about = headers(
            command, id_=trace.split("-")[1], source="long-log", subject=id_, at=timestamp(0), trace=trace
        )
        while self._appender.outstanding > OUTSTANDING_MAX:  # noqa: ASYNC110 — it has no event for it
            await asyncio.sleep(0.01)
        self._appender.produce(CONVERSATION_COMMANDS.name, value, key=id_, headers=about, on_delivery=delivered)
        self.records += 1


async def _until_folded(settings: StoreSettings) -> None:
    log = LogEnds(settings.kafka_bootstrap)

    def behind(committed: Offsets, ends: Offsets) -> bool:
        return any(committed[partition] < end for partition, end in ends.items())

    async def passed(group: str, topic: Topic) -> None:
        ends = await log.ends(topic)
        while behind(await log.committed(group, topic), ends):  # noqa: ASYNC110 — Kafka tells nobody of commits
            await asyncio.sleep(LOOK_SECONDS)

    async with asyncio.timeout(FOLDED_SECONDS):
        await passed("conversation", CONVERSATION_COMMANDS)
        for group in FOLLOWERS:
            await passed(group, CONVERSATION_EVENTS)
