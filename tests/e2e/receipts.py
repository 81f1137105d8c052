"""Receipts in the end-to-end tests: how they are given, and what message info says of them."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from clients.python import ApiError, MessageSent
from clients.python.frames import GroupCreated, MembersAdded, MessageEdited
from clients.python.transport import decoded
from tests.e2e.line import Line
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, Person, send_message


class Passed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member in message info."""

    user_id: str
    delivered_at: datetime | None
    read_at: datetime | None

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        """When it was delivered and when it was read."""
        return self.delivered_at, self.read_at


class _Info(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    members: tuple[Passed, ...]


Info = dict[str, Passed]


async def info(author: Person, message: MessageSent) -> Info:
    """Message info by member. Raises ApiError."""
    path = f"/v1/conversations/{message.conversation_id}/messages/{message.message_id}/receipts"
    found = decoded(await author.api.request("GET", path), _Info).members
    by_id = {one.user_id: one for one in found}
    assert len(found) == len(by_id)
    return by_id


async def info_when(author: Person, message: MessageSent, is_so: Callable[[Info], bool]) -> Info:
    """Message info as soon as it is so: views follow the log."""
    seen: Info | None = None
    try:
        async with asyncio.timeout(SHOWN_SECONDS):
            while True:
                with contextlib.suppress(ApiError):
                    seen = await info(author, message)
                    if is_so(seen):
                        return seen
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"message info is still {seen}") from None


def nothing_yet(*people: Person) -> Info:
    return {one.user_id: Passed(user_id=one.user_id, delivered_at=None, read_at=None) for one in people}


def are_delivered(*people: Person) -> Callable[[Info], bool]:
    return lambda seen: all(seen[one.user_id].delivered_at for one in people)


def are_read(*people: Person) -> Callable[[Info], bool]:
    return lambda seen: all(seen[one.user_id].read_at for one in people)


def lists(*people: Person) -> Callable[[Info], bool]:
    return lambda seen: {one.user_id for one in people} == set(seen)


async def got(line: Line, conversation_id: str, seq: int) -> None:
    """The device says that it has all up to `seq`."""
    await line.say({"type": "AcknowledgeDelivery", "conversation_id": conversation_id, "seq": seq})


async def saw(line: Line, conversation_id: str, seq: int) -> None:
    """The device says that its owner has read all up to `seq`."""
    await line.say({"type": "AcknowledgeRead", "conversation_id": conversation_id, "seq": seq})


async def group(creator: Person, *members: Person) -> str:
    """A new group's conversation id; seq 1 is taken."""
    frame = {"type": "CreateGroup", "name": "friends", "member_ids": [one.user_id for one in members]}
    return (await creator.do(GroupCreated, frame)).conversation_id


async def say_in(conversation_id: str, author: Person, text: str = "hello") -> MessageSent:
    return await author.do(MessageSent, send_message(text, conversation_id=conversation_id))


async def add(conversation_id: str, admin: Person, member: Person) -> MembersAdded:
    frame = {"type": "AddMembers", "conversation_id": conversation_id, "member_ids": [member.user_id]}
    return await admin.do(MembersAdded, frame)


async def edit(author: Person, message: MessageSent, text: str = "hello again") -> MessageEdited:
    frame = {"type": "EditMessage", "conversation_id": message.conversation_id, "message_id": message.message_id}
    return await author.do(MessageEdited, frame | {"body": {"kind": "text", "text": text}})


async def hide_receipts(person: Person, *, are_hidden: bool = True) -> None:
    await person.api.request("PATCH", "/v1/users/me", body={"read_receipts": not are_hidden})
