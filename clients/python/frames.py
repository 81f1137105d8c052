"""What the server sends over the socket, as frozen values. PROTOCOL, section 2.

Fields that this library does not know are ignored, and a `type` that it does not know becomes `UnknownEvent`
(where it has a place in a timeline) or `UnknownFrame`: an older client keeps working with a newer server.
"""

from msgspec import Struct

from clients.python.events import (
    AnyTimelineEvent,
    Body,
    Frame,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    Reaction,
    ReactionSet,
    RoleChanged,
    TimelineEvent,
    Timestamp,
    UnknownEvent,
)
from clients.python.summaries import ConversationSummary, Member, Settings, Watermark


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
    """`client_id` is None where the refused frame has none: a receipt, a subscription."""

    conversation_id: str | None = None
    client_id: str | None = None
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


class Snapshot(Frame, frozen=True, kw_only=True):
    conversations: tuple[ConversationSummary, ...]


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

__all__ = [
    "Advanced",
    "AnyFrame",
    "AnyTimelineEvent",
    "Body",
    "CaughtUp",
    "CommandRefused",
    "ConversationSummary",
    "DeliveredAdvanced",
    "Frame",
    "GroupCreated",
    "GroupSettingsChanged",
    "Malformed",
    "Member",
    "MemberRemoved",
    "MembersAdded",
    "MessageDeleted",
    "MessageEdited",
    "MessageSent",
    "PresenceChanged",
    "RateLimited",
    "Reaction",
    "ReactionSet",
    "ReadAdvanced",
    "RoleChanged",
    "Settings",
    "Snapshot",
    "Synced",
    "TimelineEvent",
    "Timestamp",
    "TypingChanged",
    "UnknownEvent",
    "UnknownFrame",
    "Watermark",
    "Welcome",
]
