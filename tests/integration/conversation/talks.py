"""Conversations of a test's own, and the commands that people send to them."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from infra.stores.log import Appender
from infra.stores.log import Place as LogPlace
from schemas import envelope
from schemas.bodies import Text
from schemas.codec import encode
from schemas.commands import Origin, SendMessage
from schemas.door import Actor, Facts, command
from schemas.frames import SendMessage as Frame
from schemas.ids import direct_conversation_id
from schemas.sealing import DataKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_COMMANDS

ORIGIN = Origin("gateway-of-tests", "1", "1")
SECRET = b"conversations of tests"


def _id() -> str:
    return str(uuid.uuid4())


@dataclass(slots=True)
class Talk:
    """A direct conversation of two people."""

    people: tuple[str, str] = field(default_factory=lambda: (_id(), _id()))
    key: DataKey = field(default_factory=lambda: DataKey(uuid.uuid4().bytes * 2))

    @property
    def id(self) -> str:
        return direct_conversation_id(SECRET, *self.people)

    def says(self, client_id: str | None = None, text: str = "hello", *, by: int = 0) -> SendMessage:
        """A message by one of the two, as it would come through the door."""
        frame = Frame(client_id=client_id or _id(), body=Text(text), to_user_id=self.people[1 - by])
        made = command(frame, self.id, Actor(self.people[by], _id(), self.key, ORIGIN), Facts())
        assert isinstance(made, SendMessage)
        return made


@dataclass(frozen=True, slots=True)
class Sent:
    """A command and where it stands in the log."""

    command: SendMessage
    partition: int
    offset: int


class Writer:
    """Appends to the log as the door does."""

    def __init__(self, appender: Appender) -> None:
        self._appender = appender

    async def send(self, *commands: SendMessage) -> list[Sent]:
        """Append commands in this order; done when the log has them."""
        places = await asyncio.gather(*(self._send(one) for one in commands))
        return [Sent(one, place.partition, place.offset) for one, place in zip(commands, places, strict=True)]

    async def _send(self, command: SendMessage) -> LogPlace:
        headers = envelope.headers(
            command,
            id_=_id(),
            source="tests",
            subject=command.conversation_id,
            at=timestamp(0),
            trace=envelope.new_trace(),
        )
        return await self.append(CONVERSATION_COMMANDS.name, encode(command), command.conversation_id, headers=headers)

    async def append(
        self,
        topic: str,
        value: bytes,
        key: str,
        *,
        partition: int = -1,
        headers: envelope.Headers | None = None,
    ) -> LogPlace:
        """Append any record."""
        return await self._appender.append(topic, value, key=key, partition=partition, headers=headers)

    async def talks_in_all_partitions(self) -> tuple[list[Talk], list[Sent]]:
        """A talk in each partition, with its first message; the talks in the partitions' order."""
        found: dict[int, tuple[Talk, Sent]] = {}
        rest: list[Sent] = []
        while len(found) < CONVERSATION_COMMANDS.partitions:
            talk = Talk()
            [sent] = await self.send(talk.says())
            rest.append(sent)
            found.setdefault(sent.partition, (talk, sent))
        return [talk for _, (talk, _) in sorted(found.items())], rest


def mixed(talks: Sequence[Talk], count: int) -> Iterable[SendMessage]:
    """Messages of both people of all talks, in turn."""
    for number in range(count):
        yield talks[number % len(talks)].says(text=f"message {number}", by=number // len(talks) % 2)
