"""Frames of the socket, both ways, and the same shapes over HTTP. PROTOCOL, section 2.

Client frames refuse unknown fields. Server frames are finished once, by whoever makes them, and travel as bytes.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from schemas.bodies import Body
from schemas.commands import ClientId, Role, Seq, Who
from schemas.events import Position
from schemas.ids import Id
from schemas.reasons import Reason
from schemas.times import Timestamp

MENTIONS_MAX = 100
SUBSCRIPTIONS_MAX = 500
Seconds = Annotated[float, Meta(ge=0)]
Mentions = Annotated[tuple[Id, ...], Meta(max_length=MENTIONS_MAX)]


class ClientFrame(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """A frame from a client."""


class KeyedFrame(ClientFrame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command with the client's idempotency key: unique per sender and conversation."""

    client_id: ClientId


class Hello(ClientFrame, frozen=True, tag=True, forbid_unknown_fields=True):
    ticket: str
    epoch: str | None = None
    cursors: dict[Id, Annotated[int, Meta(ge=0)]] = {}


class SendMessage(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """Either `conversation_id` or `to_user_id`: the direct conversation with that user, begun by its first message."""

    body: Body
    conversation_id: Id | None = None
    to_user_id: Id | None = None
    reply_to: Id | None = None
    mentions: Mentions = ()


class EditMessage(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    message_id: Id
    body: Body


class DeleteMessage(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    message_id: Id


class SetReaction(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """`emoji`: one grapheme, or null to take the reaction back."""

    conversation_id: Id
    message_id: Id
    emoji: str | None


class CreateGroup(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    name: str
    member_ids: tuple[Id, ...]


class AddMembers(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    member_ids: tuple[Id, ...]


class RemoveMember(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    user_id: Id


class LeaveGroup(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id


class ChangeRole(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    user_id: Id
    role: Role


class ChangeGroupSettings(KeyedFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    conversation_id: Id
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    avatar_media_id: Id | UnsetType | None = UNSET
    who_can_send: Who | UnsetType = UNSET
    who_can_add: Who | UnsetType = UNSET


class AcknowledgeDelivery(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    seq: Seq


class AcknowledgeRead(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    seq: Seq


class SetTyping(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    conversation_id: Id
    is_typing: bool


class SubscribePresence(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """At most SUBSCRIPTIONS_MAX people in all."""

    user_ids: tuple[Id, ...]


class UnsubscribePresence(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    user_ids: tuple[Id, ...]


class Heartbeat(ClientFrame, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    pass


AnyKeyedFrame = (
    SendMessage
    | EditMessage
    | DeleteMessage
    | SetReaction
    | CreateGroup
    | AddMembers
    | RemoveMember
    | LeaveGroup
    | ChangeRole
    | ChangeGroupSettings
)
AnyReceiptFrame = AcknowledgeDelivery | AcknowledgeRead
AnyClientFrame = (
    Hello | AnyKeyedFrame | AnyReceiptFrame | SetTyping | SubscribePresence | UnsubscribePresence | Heartbeat
)


class Welcome(Struct, frozen=True, tag_field="type", tag=True):
    connection_id: str
    user_id: Id
    device_id: Id
    epoch: str
    heartbeat_seconds: Seconds
    presence_threshold_seconds: Seconds
    server_time: Timestamp


class Reaction(Struct, frozen=True):
    user_id: Id
    emoji: str


class TimelineEvent(Struct, frozen=True, kw_only=True, tag_field="type"):
    """An event with a place in the timeline. `client_id` is set only for the author's devices."""

    conversation_id: Id
    seq: Seq
    at: Timestamp
    actor_id: Id
    client_id: ClientId | UnsetType = UNSET


class MessageSent(TimelineEvent, frozen=True, kw_only=True, tag=True):
    """Live as in the timeline; there `edited_at`, `is_deleted` and `reactions` are set, and `body` is the current."""

    message_id: Id
    message_number: Seq
    sender_id: Id
    body: Raw | None
    reply_to: Id | None
    mentions: tuple[Id, ...]
    sent_at: Timestamp
    member_ids: tuple[Id, ...] | UnsetType = UNSET
    edited_at: Timestamp | UnsetType | None = UNSET
    is_deleted: bool | UnsetType = UNSET
    reactions: tuple[Reaction, ...] | UnsetType = UNSET


class MessageEdited(TimelineEvent, frozen=True, kw_only=True, tag=True):
    """`body` is null where the message was deleted since, or its author erased."""

    message_id: Id
    body: Raw | None


class MessageDeleted(TimelineEvent, frozen=True, kw_only=True, tag=True):
    message_id: Id


class ReactionSet(TimelineEvent, frozen=True, kw_only=True, tag=True):
    message_id: Id
    user_id: Id
    emoji: str | None


class GroupCreated(TimelineEvent, frozen=True, kw_only=True, tag=True):
    name: str
    member_ids: tuple[Id, ...]


class MembersAdded(TimelineEvent, frozen=True, kw_only=True, tag=True):
    member_ids: tuple[Id, ...]


class MemberRemoved(TimelineEvent, frozen=True, kw_only=True, tag=True):
    """`user_id` equal to `actor_id`: left by oneself."""

    user_id: Id
    promoted_user_id: Id | UnsetType = UNSET


class RoleChanged(TimelineEvent, frozen=True, kw_only=True, tag=True):
    user_id: Id
    role: Role


class GroupSettingsChanged(TimelineEvent, frozen=True, kw_only=True, tag=True):
    """What is missing stayed as it was."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    avatar_media_id: Id | UnsetType | None = UNSET
    who_can_send: Who | UnsetType = UNSET
    who_can_add: Who | UnsetType = UNSET


class Advanced(Struct, frozen=True, kw_only=True, tag_field="type"):
    conversation_id: Id
    user_id: Id
    from_seq: Position
    to_seq: Seq
    at: Timestamp


class DeliveredAdvanced(Advanced, frozen=True, kw_only=True, tag=True):
    """Up to `to_seq` all has reached a device of `user_id`."""


class ReadAdvanced(Advanced, frozen=True, kw_only=True, tag=True):
    """`user_id` has read up to `to_seq`, which implies delivery."""


class TypingChanged(Struct, frozen=True, tag_field="type", tag=True):
    conversation_id: Id
    user_id: Id
    is_typing: bool


class PresenceChanged(Struct, frozen=True, tag_field="type", tag=True):
    """Both null where the person hides it."""

    user_id: Id
    is_online: bool | None
    last_seen_at: Timestamp | None


class BlockSet(Struct, frozen=True, tag_field="type", tag=True):
    """The answer to a block over HTTP; it goes to no socket."""

    conversation_id: Id
    user_id: Id
    is_blocked: bool


class CommandRefused(Struct, frozen=True, tag_field="type", tag=True):
    """`client_id` is null for a frame that has none."""

    conversation_id: Id | None
    client_id: ClientId | None
    command: str
    reason: Reason
    detail: str


class Malformed(Struct, frozen=True, tag_field="type", tag=True):
    detail: str
    client_id: ClientId | UnsetType = UNSET


class RateLimited(Struct, frozen=True, tag_field="type", tag=True):
    retry_after_seconds: Seconds
    client_id: ClientId | UnsetType = UNSET


class Watermark(Struct, frozen=True):
    user_id: Id
    delivered_seq: Position
    read_seq: Position


class ConversationSummary(Struct, frozen=True):
    """A row of the conversation list. `role` is null where one has left; a direct conversation has no name, and a
    group's members are not listed here."""

    conversation_id: Id
    kind: Annotated[str, Meta(extra_json_schema={"enum": ["direct", "group"]})]
    name: str | None
    members: tuple[Id, ...] | None
    head_seq: Position
    head_message: Raw | None
    delivered_seq: Position
    read_seq: Position
    unread: Position
    muted_until: Timestamp | None
    role: Annotated[str, Meta(extra_json_schema={"enum": ["admin", "member"]})] | None


class Snapshot(Struct, frozen=True, tag_field="type", tag=True):
    conversations: tuple[ConversationSummary, ...]


class CaughtUp(Struct, frozen=True, tag_field="type", tag=True):
    conversation_id: Id
    events: tuple[Raw, ...]
    watermarks: tuple[Watermark, ...]
    head_seq: Position


class Synced(Struct, frozen=True, tag_field="type", tag=True):
    recovered: bool


encode = msgspec.json.Encoder().encode
AnyTimelineFrame = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionSet
    | GroupCreated
    | MembersAdded
    | MemberRemoved
    | RoleChanged
    | GroupSettingsChanged
)
AnyServerFrame = (
    Welcome
    | Snapshot
    | CaughtUp
    | Synced
    | AnyTimelineFrame
    | DeliveredAdvanced
    | ReadAdvanced
    | TypingChanged
    | PresenceChanged
    | CommandRefused
    | Malformed
    | RateLimited
)
