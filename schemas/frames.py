"""Frames of the socket, both ways, and the same shapes over HTTP. PROTOCOL, section 2.

Client frames refuse unknown fields. Server frames are finished once, by whoever makes them, and travel as bytes.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from schemas.bodies import Body
from schemas.commands import ClientId
from schemas.ids import Id
from schemas.reasons import Reason

MENTIONS_MAX = 100
Mentions = Annotated[tuple[Id, ...], Meta(max_length=MENTIONS_MAX)]


class Hello(Struct, frozen=True, tag_field="type", tag=True, forbid_unknown_fields=True):
    ticket: str
    epoch: str | None = None
    cursors: dict[Id, Annotated[int, Meta(ge=0)]] = {}


class SendMessage(Struct, frozen=True, tag_field="type", tag=True, forbid_unknown_fields=True):
    client_id: ClientId
    body: Body
    conversation_id: Id | None = None
    to_user_id: Id | None = None
    reply_to: Id | None = None
    mentions: Mentions = ()


class Heartbeat(Struct, frozen=True, tag_field="type", tag=True, forbid_unknown_fields=True):
    pass


ClientFrame = Hello | SendMessage | Heartbeat


class Welcome(Struct, frozen=True, tag_field="type", tag=True):
    connection_id: str
    user_id: str
    device_id: str
    epoch: str
    heartbeat_seconds: float
    presence_threshold_seconds: float
    server_time: str


class Reaction(Struct, frozen=True):
    user_id: str
    emoji: str


class MessageSent(Struct, frozen=True, tag_field="type", tag=True):
    """Live as in the timeline; there, `edited_at`, `is_deleted` and `reactions` are set, and `body` is the current one.

    `client_id` is set only for the author's devices.
    """

    conversation_id: str
    seq: int
    at: str
    actor_id: str
    message_id: str
    message_number: int
    sender_id: str
    body: Raw | None
    reply_to: str | None
    mentions: tuple[str, ...]
    sent_at: str
    client_id: str | UnsetType = UNSET
    member_ids: tuple[str, ...] | UnsetType = UNSET
    edited_at: str | UnsetType | None = UNSET
    is_deleted: bool | UnsetType = UNSET
    reactions: tuple[Reaction, ...] | UnsetType = UNSET


class CommandRefused(Struct, frozen=True, tag_field="type", tag=True):
    conversation_id: str | None
    client_id: str
    command: str
    reason: Reason
    detail: str


class Malformed(Struct, frozen=True, tag_field="type", tag=True):
    detail: str
    client_id: str | UnsetType = UNSET


class RateLimited(Struct, frozen=True, tag_field="type", tag=True):
    retry_after_seconds: float
    client_id: str | UnsetType = UNSET


class Watermark(Struct, frozen=True):
    user_id: str
    delivered_seq: int
    read_seq: int


class ConversationSummary(Struct, frozen=True):
    """A row of the conversation list. `role` is null where one has left; a direct conversation has no name."""

    conversation_id: str
    kind: str
    name: str | None
    members: tuple[str, ...]
    head_seq: int
    head_message: Raw | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: str | None
    role: str | None


class Snapshot(Struct, frozen=True, tag_field="type", tag=True):
    conversations: tuple[ConversationSummary, ...]


class CaughtUp(Struct, frozen=True, tag_field="type", tag=True):
    conversation_id: str
    events: tuple[Raw, ...]
    watermarks: tuple[Watermark, ...]
    head_seq: int


class Synced(Struct, frozen=True, tag_field="type", tag=True):
    recovered: bool


encode = msgspec.json.Encoder().encode
ServerFrame = MessageSent | CommandRefused | Malformed | RateLimited | Welcome | Snapshot | CaughtUp | Synced
