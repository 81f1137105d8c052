"""What the server sends over the socket, as frozen values. PROTOCOL, section 2.

Fields that this library does not know are ignored, and a `type` that it does not know becomes `UnknownEvent`
(where it has a place in a timeline) or `UnknownFrame`: an older client keeps working with a newer server.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Timestamp = Annotated[datetime, Meta(tz=True)]


class Frame(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """A frame from the server."""


class Body(Struct, frozen=True, omit_defaults=True):
    """What a message says: `kind` is `text` or `media`, or one that came later."""

    kind: str
    text: str | None = None
    media_id: str | None = None
    caption: str | None = None


class Reaction(Struct, frozen=True):
    user_id: str
    emoji: str


class TimelineEvent(Frame, frozen=True, kw_only=True):
    """An event with a place in its conversation. `client_id` is there for the author's own devices only."""

    conversation_id: str
    seq: int
    at: Timestamp
    actor_id: str | None = None
    client_id: str | None = None


class MessageSent(TimelineEvent, frozen=True, kw_only=True):
    """A message. From the timeline and CaughtUp it comes with its current body, `edited_at` and reactions."""

    message_id: str
    message_number: int
    sender_id: str
    body: Body | None
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    sent_at: Timestamp
    member_ids: tuple[str, ...] | None = None
    edited_at: Timestamp | None = None
    is_deleted: bool = False
    reactions: tuple[Reaction, ...] = ()

    @property
    def text(self) -> str | None:
        """The text, or the caption of a media message; None where it was deleted or erased."""
        if self.body is None:
            return None
        return self.body.text if self.body.kind == "text" else self.body.caption


class MessageEdited(TimelineEvent, frozen=True, kw_only=True):
    message_id: str
    body: Body | None


class MessageDeleted(TimelineEvent, frozen=True, kw_only=True):
    message_id: str


class ReactionSet(TimelineEvent, frozen=True, kw_only=True):
    message_id: str
    user_id: str
    emoji: str | None = None


class GroupCreated(TimelineEvent, frozen=True, kw_only=True):
    name: str | None
    member_ids: tuple[str, ...]


class MembersAdded(TimelineEvent, frozen=True, kw_only=True):
    member_ids: tuple[str, ...]


class MemberRemoved(TimelineEvent, frozen=True, kw_only=True):
    user_id: str
    promoted_user_id: str | None = None


class RoleChanged(TimelineEvent, frozen=True, kw_only=True):
    user_id: str
    role: str


class GroupSettingsChanged(TimelineEvent, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    avatar_media_id: str | None = None
    who_can_send: str | None = None
    who_can_add: str | None = None


class UnknownEvent(TimelineEvent, frozen=True, kw_only=True):
    """A timeline event of an unknown type: it has its place, so that it leaves no hole."""

    event_type: str
    raw: bytes


class Advanced(Frame, frozen=True, kw_only=True):
    """A member's watermark moved."""

    conversation_id: str
    user_id: str
    from_seq: int
    to_seq: int
    at: Timestamp


class DeliveredAdvanced(Advanced, frozen=True, kw_only=True):
    pass


class ReadAdvanced(Advanced, frozen=True, kw_only=True):
    pass


class TypingChanged(Frame, frozen=True, kw_only=True):
    conversation_id: str
    user_id: str
    is_typing: bool


class PresenceChanged(Frame, frozen=True, kw_only=True):
    """Both are None where the person hides it."""

    user_id: str
    is_online: bool | None = None
    last_seen_at: Timestamp | None = None


class CommandRefused(Frame, frozen=True, kw_only=True):
    conversation_id: str | None = None
    client_id: str
    command: str
    reason: str
    detail: str = ""


class Malformed(Frame, frozen=True, kw_only=True):
    detail: str
    client_id: str | None = None


class RateLimited(Frame, frozen=True, kw_only=True):
    retry_after_seconds: float
    client_id: str | None = None


class Welcome(Frame, frozen=True, kw_only=True):
    connection_id: str
    user_id: str
    device_id: str
    epoch: str
    heartbeat_seconds: float
    presence_threshold_seconds: float
    server_time: Timestamp


class Watermark(Struct, frozen=True):
    user_id: str
    delivered_seq: int = 0
    read_seq: int = 0


class Member(Struct, frozen=True, kw_only=True):
    user_id: str
    role: str | None = None
    joined_seq: int | None = None
    delivered_seq: int = 0
    read_seq: int = 0


class ConversationSummary(Struct, frozen=True, kw_only=True):
    """A row of the conversation list. `role` is None where one has left."""

    conversation_id: str
    kind: str
    name: str | None = None
    members: tuple[Member | str, ...] | None = None
    head_seq: int
    head_message: MessageSent | None = None
    delivered_seq: int = 0
    read_seq: int = 0
    unread: int = 0
    muted_until: Timestamp | None = None
    role: str | None = None

    @property
    def member_ids(self) -> tuple[str, ...]:
        """The members that the list names: all of a direct conversation, perhaps none of a group."""
        return tuple(member if isinstance(member, str) else member.user_id for member in self.members or ())


class Snapshot(Frame, frozen=True, kw_only=True):
    conversations: tuple[ConversationSummary, ...]


AnyTimelineEvent = (
    MessageSent
    | MessageEdited
    | MessageDeleted
    | ReactionSet
    | GroupCreated
    | MembersAdded
    | MemberRemoved
    | RoleChanged
    | GroupSettingsChanged
    | UnknownEvent
)


class CaughtUp(Frame, frozen=True, kw_only=True):
    conversation_id: str
    events: tuple[AnyTimelineEvent, ...] = ()
    watermarks: tuple[Watermark, ...] = ()
    head_seq: int


class Synced(Frame, frozen=True, kw_only=True):
    recovered: bool


class UnknownFrame(Struct, frozen=True, kw_only=True):
    """A frame of an unknown type, or one that breaks the protocol (`problem` says how)."""

    raw: bytes
    problem: str


AnyFrame = (
    AnyTimelineEvent
    | DeliveredAdvanced
    | ReadAdvanced
    | TypingChanged
    | PresenceChanged
    | CommandRefused
    | Malformed
    | RateLimited
    | Welcome
    | Snapshot
    | CaughtUp
    | Synced
    | UnknownFrame
)
