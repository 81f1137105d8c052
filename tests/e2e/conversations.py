"""What the API shows of conversations, strictly: a field that PROTOCOL.md does not name is a fault."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct

from clients.python import ApiError, MessageSent
from clients.python.transport import decoded
from tests.e2e.people import LOOK_SECONDS, SHOWN_SECONDS, Person

T = TypeVar("T")


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    user_id: str
    role: Literal["admin", "member"]
    joined_seq: int
    delivered_seq: int
    read_seq: int


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    description: str | None
    avatar_media_id: str | None
    who_can_send: Literal["everyone", "admins"]
    who_can_add: Literal["everyone", "admins"]


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the conversation list."""

    conversation_id: str
    kind: Literal["direct", "group"]
    name: str | None
    members: tuple[str, ...] | None
    head_seq: int
    head_message: MessageSent | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: datetime | None
    role: Literal["admin", "member"] | None

    @property
    def head_text(self) -> str | None:
        return self.head_message.text if self.head_message else None


class Conversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    conversation_id: str
    kind: Literal["direct", "group"]
    name: str | None
    members: tuple[Member, ...]
    head_seq: int
    head_message: MessageSent | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: datetime | None
    role: Literal["admin", "member"] | None
    settings: Settings | None

    def member(self, person: Person) -> Member:
        (found,) = [one for one in self.members if one.user_id == person.user_id]
        return found

    @property
    def roles(self) -> dict[str, str]:
        return {one.user_id: one.role for one in self.members}


class _List(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    conversations: tuple[Row, ...]
    next: str | None


async def listed(person: Person) -> tuple[Row, ...]:
    """A person's whole list, as far as one page goes."""
    found = decoded(await person.api.request("GET", "/v1/conversations", query={"limit": 200}), _List)
    assert found.next is None
    return found.conversations


async def row(person: Person, conversation_id: str) -> Row:
    (found,) = [one for one in await listed(person) if one.conversation_id == conversation_id]
    return found


async def conversation(person: Person, conversation_id: str) -> Conversation:
    """Raises ApiError."""
    return decoded(await person.api.request("GET", f"/v1/conversations/{conversation_id}"), Conversation)


async def conversation_at(person: Person, conversation_id: str, seq: int) -> Conversation:
    """The conversation as soon as it has come to this seq."""
    return await when(lambda: conversation(person, conversation_id), lambda one: one.head_seq >= seq)


async def row_at(person: Person, conversation_id: str, seq: int) -> Row:
    """The row of the list as soon as the conversation has come to this seq."""
    await conversation_at(person, conversation_id, seq)
    return await row(person, conversation_id)


async def when(look: Callable[[], Awaitable[T]], is_so: Callable[[T], bool]) -> T:
    """What is seen as soon as it is so: views follow the log."""
    seen: T | ApiError | None = None
    try:
        async with asyncio.timeout(SHOWN_SECONDS):
            while True:
                try:
                    seen = await look()
                    if is_so(seen):
                        return seen
                except ApiError as refused:
                    seen = refused
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"it is still {seen}") from None
