"""Conversations as the list shows them, over the socket and over HTTP. PROTOCOL, sections 1 and 2."""

from msgspec import Struct

from clients.python.events import MessageSent, Timestamp


class Watermark(Struct, frozen=True):
    """How far a member has come."""

    user_id: str
    delivered_seq: int = 0
    read_seq: int = 0


class Settings(Struct, frozen=True, kw_only=True):
    """What a group's admins have set beside its name."""

    description: str | None = None
    avatar_media_id: str | None = None
    who_can_send: str = "everyone"
    who_can_add: str = "admins"


class Member(Struct, frozen=True, kw_only=True):
    user_id: str
    role: str | None = None
    joined_seq: int | None = None
    delivered_seq: int = 0
    read_seq: int = 0


class ConversationSummary(Struct, frozen=True, kw_only=True):
    """A row of the conversation list, or one conversation with all members and, of a group, its settings. `role`
    is None where one has left."""

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
    settings: Settings | None = None

    @property
    def member_ids(self) -> tuple[str, ...]:
        """The members that the list names: all of a direct conversation, perhaps none of a group."""
        return tuple(member if isinstance(member, str) else member.user_id for member in self.members or ())
