"""Events of a timeline, as frozen values: live, in CaughtUp, and over HTTP. PROTOCOL, section 2.

What a message says now is on its `MessageSent` where that comes from the timeline; live it comes as it was sent.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Timestamp = Annotated[datetime, Meta(tz=True)]
Role = Literal["admin", "member"]
Who = Literal["everyone", "admins"]


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
    """What is unset stayed as it was."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    avatar_media_id: str | UnsetType | None = UNSET
    who_can_send: str | UnsetType = UNSET
    who_can_add: str | UnsetType = UNSET


class UnknownEvent(TimelineEvent, frozen=True, kw_only=True):
    """A timeline event of an unknown type: it has its place, so that it leaves no hole."""

    event_type: str
    raw: bytes


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
