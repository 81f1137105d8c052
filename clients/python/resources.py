"""What the API answers over HTTP, as frozen values. PROTOCOL, section 1."""

from dataclasses import dataclass

from msgspec import Raw, Struct

from clients.python.frames import AnyTimelineEvent, ConversationSummary, Timestamp


class Account(Struct, frozen=True, kw_only=True):
    user_id: str
    handle: str
    display_name: str


class Credentials(Struct, frozen=True, kw_only=True):
    """A signed-in device. `repr` shows no token."""

    user_id: str
    device_id: str
    access_token: str
    refresh_token: str
    expires_in: float

    def __repr__(self) -> str:
        return f"Credentials(user_id={self.user_id!r}, device_id={self.device_id!r})"


class Device(Struct, frozen=True, kw_only=True):
    device_id: str
    device_name: str | None = None
    created_at: Timestamp | None = None
    is_current: bool = False


class Devices(Struct, frozen=True, kw_only=True):
    devices: tuple[Device, ...]


class Ticket(Struct, frozen=True, kw_only=True):
    ticket: str
    expires_in: float


class User(Struct, frozen=True, kw_only=True):
    """A public profile; one's own has the privacy settings too."""

    user_id: str
    handle: str | None = None
    display_name: str | None = None
    avatar_media_id: str | None = None
    read_receipts: bool | None = None
    last_seen_visibility: str | None = None


class Users(Struct, frozen=True, kw_only=True):
    users: tuple[User, ...]


class Blocks(Struct, frozen=True, kw_only=True):
    """Whom one blocks."""

    user_ids: tuple[str, ...]


class Presence(Struct, frozen=True, kw_only=True):
    user_id: str
    is_online: bool | None = None
    last_seen_at: Timestamp | None = None


class MemberReceipt(Struct, frozen=True, kw_only=True):
    """Message info: when a message, as it reads now, reached somebody and was read."""

    user_id: str
    delivered_at: Timestamp | None = None
    read_at: Timestamp | None = None


class MemberReceipts(Struct, frozen=True, kw_only=True):
    members: tuple[MemberReceipt, ...]


class Preferences(Struct, frozen=True, kw_only=True):
    """One's own, of a conversation."""

    muted_until: Timestamp | None = None


class Gateway(Struct, frozen=True, kw_only=True):
    """A live gateway, for those who connect directly."""

    url: str
    connections: int


class Gateways(Struct, frozen=True, kw_only=True):
    gateways: tuple[Gateway, ...]


class ConversationPage(Struct, frozen=True, kw_only=True):
    """One page of the conversation list, newest activity first; `next` goes into `after`."""

    conversations: tuple[ConversationSummary, ...]
    next: str | None = None


class TimelinePageOnWire(Struct, frozen=True, kw_only=True):
    events: tuple[Raw, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Events ascending by seq; `has_more` in the direction in which one asked."""

    events: tuple[AnyTimelineEvent, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """The event of a command that was posted over HTTP; `is_repeat` when the command had been made before."""

    event: AnyTimelineEvent
    is_repeat: bool


class Problem(Struct, frozen=True, kw_only=True):
    """application/problem+json (RFC 9457)."""

    code: str = ""
    title: str = ""
    detail: str | None = None
