"""What the client sends over the socket. PROTOCOL, section 2.

A `Command` has a `client_id` and is answered by exactly one of: an event, a refusal, Malformed, RateLimited.
A `Signal` has none and is not answered.
"""

import msgspec
from msgspec import UNSET, Struct, UnsetType

from clients.python.errors import FrameTooLarge
from clients.python.events import Body, Role, Who

FRAME_BYTES_MAX = 64 * 1024  # larger frames close the socket with 1009
HELLO_BYTES_MAX = 1024 * 1024


class Hello(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    ticket: str
    epoch: str | None
    cursors: dict[str, int]


class Command(Struct, frozen=True, kw_only=True, tag_field="type", tag=True, omit_defaults=True):
    client_id: str


class ToConversation(Command, frozen=True, kw_only=True):
    conversation_id: str


class SendMessage(Command, frozen=True, kw_only=True):
    """To a conversation, or to a user: the direct conversation with them, begun by the first message."""

    body: Body
    conversation_id: str | UnsetType = UNSET
    to_user_id: str | UnsetType = UNSET
    reply_to: str | UnsetType = UNSET
    mentions: tuple[str, ...] | UnsetType = UNSET


class EditMessage(ToConversation, frozen=True, kw_only=True):
    message_id: str
    body: Body


class DeleteMessage(ToConversation, frozen=True, kw_only=True):
    message_id: str


class SetReaction(ToConversation, frozen=True, kw_only=True):
    message_id: str
    emoji: str | None


class CreateGroup(Command, frozen=True, kw_only=True):
    name: str
    member_ids: tuple[str, ...]


class AddMembers(ToConversation, frozen=True, kw_only=True):
    member_ids: tuple[str, ...]


class RemoveMember(ToConversation, frozen=True, kw_only=True):
    user_id: str


class LeaveGroup(ToConversation, frozen=True, kw_only=True):
    pass


class ChangeRole(ToConversation, frozen=True, kw_only=True):
    user_id: str
    role: Role


class ChangeGroupSettings(ToConversation, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    avatar_media_id: str | UnsetType | None = UNSET
    who_can_send: Who | UnsetType = UNSET
    who_can_add: Who | UnsetType = UNSET


class Signal(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """A frame that is worth sending only while connected."""


class Heartbeat(Signal, frozen=True, kw_only=True):
    pass


class AcknowledgeDelivery(Signal, frozen=True, kw_only=True):
    conversation_id: str
    seq: int


class AcknowledgeRead(Signal, frozen=True, kw_only=True):
    conversation_id: str
    seq: int


class SetTyping(Signal, frozen=True, kw_only=True):
    conversation_id: str
    is_typing: bool


class SubscribePresence(Signal, frozen=True, kw_only=True):
    user_ids: tuple[str, ...]


class UnsubscribePresence(Signal, frozen=True, kw_only=True):
    user_ids: tuple[str, ...]


_encode = msgspec.json.Encoder().encode


def encode(frame: Hello | Command | Signal) -> bytes:
    """The frame's bytes. Raises FrameTooLarge over the protocol's limit."""
    raw = _encode(frame)
    if len(raw) > (HELLO_BYTES_MAX if isinstance(frame, Hello) else FRAME_BYTES_MAX):
        raise FrameTooLarge(f"{type(frame).__name__} of {len(raw)} bytes")
    return raw


def conversation_of(command: Command) -> str | None:
    """The conversation that the command names, if it names one."""
    conversation_id = getattr(command, "conversation_id", UNSET)
    return conversation_id if isinstance(conversation_id, str) else None


def recipient_of(command: Command) -> str | None:
    """The user to whom the message goes, where it names no conversation."""
    recipient = command.to_user_id if isinstance(command, SendMessage) else UNSET
    return recipient if isinstance(recipient, str) else None
