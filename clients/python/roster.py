"""Who is in a conversation and what it is called: what its events, or the API, tell. Pure."""

from dataclasses import dataclass, field

from msgspec import UNSET, Struct
from msgspec.structs import replace

from clients.python.events import (
    AnyTimelineEvent,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageSent,
    RoleChanged,
)
from clients.python.summaries import ConversationSummary, Member, Settings


class Seat(Struct, frozen=True):
    """A member's place: the role, and the seq at which they joined."""

    role: str
    joined_seq: int


@dataclass(slots=True)
class Roster:
    """`is_complete`: everything here is known, not only what some events told. `is_member` speaks of oneself."""

    kind: str | None = None
    name: str | None = None
    settings: Settings | None = None
    members: dict[str, Seat] = field(default_factory=dict)
    is_member: bool = False
    is_complete: bool = False

    def fold(self, event: AnyTimelineEvent, own_user_id: str) -> None:
        """The next event."""
        match event:
            case GroupCreated():
                self._create(event, own_user_id)
            case MembersAdded():
                self._add(event, own_user_id)
            case MemberRemoved():
                self._remove(event, own_user_id)
            case RoleChanged():
                self._set_role(event.user_id, event.role)
            case GroupSettingsChanged():
                self._set(event)
            case MessageSent(member_ids=tuple(member_ids)):
                self.kind, self.is_member, self.is_complete = "direct", True, True
                self.members = {user_id: Seat("member", event.seq) for user_id in member_ids}
            case _:
                self.is_member = True  # who is none is shown nothing new

    def describe(self, summary: ConversationSummary) -> None:
        """What the API says; of a list's row, as far as it goes."""
        self.kind, self.name = summary.kind, summary.name
        self.is_member = summary.role is not None
        self.settings = summary.settings
        self.members = dict(_seat(member) for member in summary.members or ())
        self.is_complete = all(isinstance(member, Member) for member in summary.members or ("unknown",))

    def _create(self, event: GroupCreated, own_user_id: str) -> None:
        self.kind, self.name, self.settings = "group", event.name, Settings()
        creator_id = event.actor_id or own_user_id
        self.members = {user_id: Seat("member", event.seq) for user_id in event.member_ids}
        self.members[creator_id] = Seat("admin", event.seq)
        self.is_member = self.is_complete = True

    def _add(self, event: MembersAdded, own_user_id: str) -> None:
        if own_user_id in event.member_ids:
            self.is_member, self.is_complete = True, False  # what happened before is not shown to oneself
        self.kind = "group"
        for user_id in event.member_ids:
            self.members[user_id] = Seat("member", event.seq)

    def _remove(self, event: MemberRemoved, own_user_id: str) -> None:
        self.members.pop(event.user_id, None)
        self.is_member = event.user_id != own_user_id
        if event.promoted_user_id is not None:
            self._set_role(event.promoted_user_id, "admin")

    def _set_role(self, user_id: str, role: str) -> None:
        seat = self.members.get(user_id, Seat(role, 1))
        self.members[user_id] = replace(seat, role=role)

    def _set(self, event: GroupSettingsChanged) -> None:
        if isinstance(event.name, str):
            self.name = event.name
        given = {name: value for name in Settings.__struct_fields__ if (value := getattr(event, name)) is not UNSET}
        self.settings = replace(self.settings or Settings(), **given)


def _seat(member: Member | str) -> tuple[str, Seat]:
    if isinstance(member, str):
        return member, Seat("member", 1)  # a direct conversation's: they came with its first message
    return member.user_id, Seat(member.role or "member", member.joined_seq or 1)
