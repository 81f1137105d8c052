"""Larger answers, made of parts that are finished JSON: encoded by msgspec, described by the same types."""

from msgspec import Raw, Struct

from schemas.commands import Who
from schemas.frames import ConversationSummary
from schemas.ids import Id


class ConversationPage(Struct, frozen=True):
    """`next` is the `after` of the next page, null at the end."""

    conversations: tuple[ConversationSummary, ...]
    next: str | None


class MemberView(Struct, frozen=True):
    user_id: Id
    role: str
    joined_seq: int
    delivered_seq: int
    read_seq: int


class GroupSettings(Struct, frozen=True):
    description: str | None
    avatar_media_id: str | None
    who_can_send: Who
    who_can_add: Who


class Conversation(Struct, frozen=True):
    """As in the list, with all members; a direct conversation has no settings."""

    conversation_id: str
    kind: str
    name: str | None
    members: tuple[MemberView, ...]
    head_seq: int
    head_message: Raw | None
    delivered_seq: int
    read_seq: int
    unread: int
    muted_until: str | None
    role: str | None
    settings: GroupSettings | None


class TimelinePage(Struct, frozen=True):
    """Ascending by seq; `has_more`: in the direction in which one pages."""

    events: tuple[Raw, ...]
    has_more: bool


class MemberReceipts(Struct, frozen=True):
    """Null: not yet, or not shown."""

    user_id: Id
    delivered_at: str | None
    read_at: str | None


class MessageInfo(Struct, frozen=True):
    """All to whom a message was sent but its author."""

    members: tuple[MemberReceipts, ...]
